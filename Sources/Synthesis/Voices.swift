/// Plays the notes of one part with one patch, keeping the wavetables it has made.
struct PartVoice {
  let patch: Patch
  let sampleRate: Double
  /// Per octave: the bright and the dull table, with no harmonic above the Nyquist frequency.
  private var tables: [(bright: Wavetable, dull: Wavetable)?]

  init(patch: Patch, sampleRate: Double) {
    self.patch = patch
    self.sampleRate = sampleRate
    tables = Array(repeating: nil, count: 12)
  }

  /// Adds a note to the bus; what reaches beyond the end is dropped.
  mutating func add(_ note: Note, to bus: inout [Float], random: inout RandomStream) {
    guard note.start < bus.count, note.length > 0 else { return }
    switch patch {
    case .additive(let additive):
      addAdditive(additive, note, to: &bus, random: &random)
    case .modulated(let modulated):
      addModulated(modulated, note, to: &bus)
    case .plucked(let string):
      PluckedString(patch: string, sampleRate: sampleRate).add(note, to: &bus, random: &random)
    }
  }

  private mutating func addAdditive(
    _ patch: AdditivePatch, _ note: Note, to bus: inout [Float], random: inout RandomStream
  ) {
    let (bright, dull) = tables(patch, pitch: note.pitch)
    let pitch = Double(note.pitch)
    let increments = [pitch - patch.detune / 200, pitch + patch.detune / 200].map {
      Wavetable.increment(
        frequency: ExactMath.frequency(pitch: $0), sampleRate: sampleRate)
    }
    let startPhase = UInt32(truncatingIfNeeded: random.next())
    var envelope = patch.envelope.run(sampleRate: sampleRate, heldSamples: note.length)
    let darkening = ExactMath.decay(seconds: patch.darkening, sampleRate: sampleRate)
    let vibratoStep = Wavetable.increment(
      frequency: 5 + random.unit(), sampleRate: sampleRate)
    // One cent is a factor of 1.000578.
    let vibratoDepth = Float(patch.vibrato * 0.000578)
    let twice = patch.detune > 0
    let level = note.velocity * (twice ? 0.5 : 0.7)
    let count = min(
      note.length + patch.envelope.tail(sampleRate: sampleRate), bus.count - note.start)

    Wavetable.sine.values.withUnsafeBufferPointer { sine in
      bright.values.withUnsafeBufferPointer { bright in
        dull.values.withUnsafeBufferPointer { dull in
          bus.withUnsafeMutableBufferPointer { output in
            guard let sine = sine.baseAddress, let bright = bright.baseAddress,
              let dull = dull.baseAddress, let output = output.baseAddress
            else { return }
            var first = startPhase
            var second = startPhase &* 3
            var vibratoPhase: UInt32 = 0
            var brightness: Float = 1
            var firstStep = increments[0]
            var secondStep = increments[1]
            var index = 0
            while index < count {
              if vibratoDepth > 0 && index & 31 == 0 {
                // Every 32 samples (1.5 ms) is smooth enough for a swing of 6 Hz.
                let bend = vibratoDepth * Wavetable.read(sine, vibratoPhase)
                vibratoPhase &+= vibratoStep &* 32
                firstStep = Self.bent(increments[0], bend)
                secondStep = Self.bent(increments[1], bend)
              }
              var light = Wavetable.read(bright, first)
              var dark = Wavetable.read(dull, first)
              if twice {
                light += Wavetable.read(bright, second)
                dark += Wavetable.read(dull, second)
                second &+= secondStep
              }
              first &+= firstStep
              brightness *= darkening
              let time = note.start + index
              let amplitude = level * envelope.next()
              if time >= 0 { output[time] += amplitude * (dark + (light - dark) * brightness) }
              index += 1
            }
          }
        }
      }
    }
  }

  private func addModulated(_ patch: ModulatedPatch, _ note: Note, to bus: inout [Float]) {
    let frequency = ExactMath.frequency(pitch: Double(note.pitch))
    let carrierStep = Wavetable.increment(frequency: frequency, sampleRate: sampleRate)
    let modulatorStep = Wavetable.increment(
      frequency: frequency * patch.ratio, sampleRate: sampleRate)
    var envelope = patch.envelope.run(sampleRate: sampleRate, heldSamples: note.length)
    let fading = ExactMath.decay(seconds: patch.fading, sampleRate: sampleRate)
    let floor = Float(patch.floor * patch.index)
    let count = min(
      note.length + patch.envelope.tail(sampleRate: sampleRate), bus.count - note.start)
    let level = note.velocity * 0.8
    let turn: Float = 4_294_967_296

    Wavetable.sine.values.withUnsafeBufferPointer { sine in
      bus.withUnsafeMutableBufferPointer { output in
        guard let sine = sine.baseAddress, let output = output.baseAddress else { return }
        var carrier: UInt32 = 0
        var modulator: UInt32 = 0
        // Soft touches modulate less, as a struck tine does.
        var deviation = Float(patch.index) * (0.5 + 0.5 * note.velocity)
        var index = 0
        while index < count {
          let shift = Int64(deviation * Wavetable.read(sine, modulator) * turn)
          let value = Wavetable.read(sine, carrier &+ UInt32(truncatingIfNeeded: shift))
          carrier &+= carrierStep
          modulator &+= modulatorStep
          deviation = floor + (deviation - floor) * fading
          let time = note.start + index
          let amplitude = level * envelope.next()
          if time >= 0 { output[time] += amplitude * value }
          index += 1
        }
      }
    }
  }

  private static func bent(_ increment: UInt32, _ bend: Float) -> UInt32 {
    UInt32(truncatingIfNeeded: Int64(Double(increment) * (1 + Double(bend))))
  }

  private mutating func tables(
    _ patch: AdditivePatch, pitch: Int
  ) -> (bright: Wavetable, dull: Wavetable) {
    let octave = min(max(pitch / 12, 0), tables.count - 1)
    if let made = tables[octave] { return made }
    let highest = ExactMath.frequency(pitch: Double(octave * 12 + 12))
    let count = min(max(Int(0.45 * sampleRate / highest), 1), 64)
    let made = (
      Wavetable(harmonics: Self.harmonics(count, slope: patch.bright, even: patch.even)),
      Wavetable(harmonics: Self.harmonics(count, slope: patch.dull, even: patch.even))
    )
    tables[octave] = made
    return made
  }

  /// 1/h^slope for h = 1 … count, by e^(-slope ln h); the logarithm is the sum of ln(1 + 1/k).
  private static func harmonics(_ count: Int, slope: Double, even: Double) -> [Double] {
    var logarithm = 0.0
    return (1...count).map { harmonic in
      if harmonic > 1 { logarithm += logarithmOfRatio(harmonic - 1) }
      let amplitude = ExactMath.exponential(-slope * logarithm)
      return harmonic.isMultiple(of: 2) ? amplitude * even : amplitude
    }
  }

  /// ln((k + 1)/k) = 2 artanh(1/(2k + 1)), whose series falls off fast for every k of at least 1.
  private static func logarithmOfRatio(_ k: Int) -> Double {
    let ratio = 1 / Double(2 * k + 1)
    let square = ratio * ratio
    var power = ratio
    var sum = 0.0
    for odd in stride(from: 1, through: 35, by: 2) {
      sum += power / Double(odd)
      power *= square
    }
    return 2 * sum
  }
}
