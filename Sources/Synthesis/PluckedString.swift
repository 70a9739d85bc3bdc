/// Plays a plucked string: a burst of noise goes round a delay line one period long and loses
/// treble on each turn (Karplus and Strong 1983, with the tuning all-pass and the pluck position of
/// Jaffe and Smith 1983, "Extensions of the Karplus-Strong plucked-string algorithm").
struct PluckedString {
  let patch: StringPatch
  let sampleRate: Double

  func add(_ note: Note, to bus: inout [Float], random: inout RandomStream) {
    let room = bus.count - note.start
    guard room > 0, note.length > 0 else { return }
    let frequency = ExactMath.frequency(pitch: Double(note.pitch))
    let period = sampleRate / frequency
    // The averaging filter delays by `blend` samples at low frequencies, the all-pass by the rest.
    let blend = 0.5 * (1 - 0.9 * patch.brightness)
    let whole = Int(period - blend - 0.1)
    guard whole >= 2 else { return }
    let rest = period - blend - Double(whole)
    let tuning = Float((1 - rest) / (1 + rest))
    var line = excitation(count: whole, velocity: note.velocity, random: &random)

    // High strings die away faster: the time constant goes with the root of the period.
    let ring = patch.ring * (220 / frequency).squareRoot()
    let loss = Float(ExactMath.exponential(-period / (ring * sampleRate)))
    let old = Float(blend)
    let new = 1 - old
    let release = ExactMath.decay(seconds: patch.release, sampleRate: sampleRate)
    let count = min(note.length + Int(6.9 * patch.release * sampleRate), room)
    let level = 0.9 * note.velocity

    line.withUnsafeMutableBufferPointer { delayed in
      bus.withUnsafeMutableBufferPointer { output in
        guard let delayed = delayed.baseAddress, let output = output.baseAddress else { return }
        var position = 0
        var previous: Float = 0
        var allpassInput: Float = 0
        var allpassOutput: Float = 0
        var gain = level
        var index = 0
        while index < count {
          let value = delayed[position]
          let filtered = loss * (new * value + old * previous)
          previous = value
          allpassOutput = tuning * (filtered - allpassOutput) + allpassInput
          allpassInput = filtered
          delayed[position] = allpassOutput
          position += 1
          if position == whole { position = 0 }
          if index >= note.length { gain *= release }
          output[note.start + index] += gain * value
          index += 1
        }
      }
    }
  }

  /// One period of noise, softer strokes duller, with the comb that the pluck's position makes, and
  /// without its mean (which would circle as an offset).
  private func excitation(
    count: Int, velocity: Float, random: inout RandomStream
  ) -> [Float] {
    var filter = OnePole(
      cutoff: 1_000 + 8_000 * patch.brightness * Double(velocity), sampleRate: sampleRate)
    let noise = (0..<count).map { _ in filter.lowpass(random.noise()) }
    let offset = max(1, Int(patch.position * Double(count)))
    var burst = noise
    for index in 0..<count {
      burst[index] -= 0.8 * noise[(index + count - offset) % count]
    }
    var mean: Float = 0
    for value in burst { mean += value }
    mean /= Float(count)
    var power: Float = 0
    for index in 0..<count {
      burst[index] -= mean
      power += burst[index] * burst[index]
    }
    let scale = power > 0 ? 0.8 * (Float(count) / power).squareRoot() : 0
    for index in 0..<count { burst[index] *= scale }
    return burst
  }
}
