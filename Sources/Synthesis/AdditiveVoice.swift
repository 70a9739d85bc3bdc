/// Plays sums of harmonics from tables: a bright and a dull one, between which the tone moves, read
/// by one oscillator or by two that are out of tune with each other.
struct AdditiveVoice {
  let patch: AdditivePatch
  let sampleRate: Double
  /// Per octave, with no harmonic above the Nyquist frequency; made when first needed.
  private var tables: [TonePair?]

  init(patch: AdditivePatch, sampleRate: Double) {
    self.patch = patch
    self.sampleRate = sampleRate
    tables = Array(repeating: nil, count: 12)
  }

  mutating func add(_ note: Note, to bus: inout [Float], random: inout RandomStream) {
    let room = bus.count - note.start
    guard room > 0, note.length > 0 else { return }
    let table = table(pitch: note.pitch)
    var oscillator = Oscillators(
      patch: patch, pitch: Double(note.pitch), sampleRate: sampleRate, random: &random)
    var envelope = patch.envelope.run(sampleRate: sampleRate, heldSamples: note.length)
    let darkening = ExactMath.decay(seconds: patch.darkening, sampleRate: sampleRate)
    let isPair = patch.detune > 0
    let level = note.velocity * (isPair ? 0.5 : 0.7)
    let count = min(note.length + patch.envelope.tail(sampleRate: sampleRate), room)

    table.values.withUnsafeBufferPointer { values in
      bus.withUnsafeMutableBufferPointer { output in
        guard let values = values.baseAddress, let output = output.baseAddress else { return }
        var brightness: Float = 1
        var amplitude: Float = 0
        var time = note.start
        let end = note.start + count
        while time < end {
          oscillator.bend()
          var first = oscillator.first
          var second = oscillator.second
          let blockEnd = min(time + Envelope.block, end)
          let slope = (level * envelope.next() - amplitude) / Float(Envelope.block)
          while time < blockEnd {
            var value = TonePair.read(values, first, brightness)
            first &+= oscillator.firstStep
            if isPair {
              value += TonePair.read(values, second, brightness)
              second &+= oscillator.secondStep
            }
            brightness *= darkening
            amplitude += slope
            output[time] += amplitude * value
            time += 1
          }
          oscillator.first = first
          oscillator.second = second
        }
      }
    }
  }

  private mutating func table(pitch: Int) -> TonePair {
    let octave = min(max(pitch / 12, 0), tables.count - 1)
    if let made = tables[octave] { return made }
    let highest = ExactMath.frequency(pitch: Double(octave * 12 + 12))
    let count = min(max(Int(0.45 * sampleRate / highest), 1), 64)
    let made = TonePair(
      bright: Wavetable(
        harmonics: Harmonics.falling(count: count, slope: patch.bright, even: patch.even)),
      dull: Wavetable(
        harmonics: Harmonics.falling(count: count, slope: patch.dull, even: patch.even)))
    tables[octave] = made
    return made
  }
}

/// The phases of two oscillators, one a little below the pitch and one a little above, which the
/// vibrato bends once a block.
private struct Oscillators {
  var first: UInt32
  var second: UInt32
  var firstStep: UInt32
  var secondStep: UInt32
  private let low: Double
  private let high: Double
  private let depth: Double
  private let vibratoTurns: Double
  private var turns = 0.0

  init(
    patch: AdditivePatch, pitch: Double, sampleRate: Double, random: inout RandomStream
  ) {
    first = UInt32(truncatingIfNeeded: random.next())
    second = first &* 3
    func step(_ cents: Double) -> UInt32 {
      Wavetable.increment(
        frequency: ExactMath.frequency(pitch: pitch + cents / 100), sampleRate: sampleRate)
    }
    firstStep = step(-patch.detune / 2)
    secondStep = step(patch.detune / 2)
    low = Double(firstStep)
    high = Double(secondStep)
    depth = patch.vibrato * 0.000578  // one cent is a factor of 1.000578
    vibratoTurns = random.value(in: 5...6) * Double(Envelope.block) / sampleRate
  }

  mutating func bend() {
    guard depth > 0 else { return }
    turns += vibratoTurns
    let factor = 1 + depth * ExactMath.sine(turns: turns)
    firstStep = UInt32(min(low * factor, 2_147_483_647))
    secondStep = UInt32(min(high * factor, 2_147_483_647))
  }
}
