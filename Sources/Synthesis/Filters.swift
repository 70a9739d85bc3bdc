/// The first-order filters of the drums, the strings and the mix.
struct OnePole {
  private let coefficient: Float
  private let memory: Float
  private var state: Float = 0

  /// - Parameter cutoff: Hz; held below 0.45 of the sample rate.
  init(cutoff: Double, sampleRate: Double) {
    let frequency = min(max(cutoff, 1), 0.45 * sampleRate)
    memory = Float(ExactMath.exponential(-2 * ExactMath.pi * frequency / sampleRate))
    coefficient = 1 - memory
  }

  @inline(__always)
  mutating func lowpass(_ input: Float) -> Float {
    state = coefficient * input + memory * state
    return state
  }

  @inline(__always)
  mutating func highpass(_ input: Float) -> Float {
    state = coefficient * input + memory * state
    return input - state
  }
}

/// What a signal goes through after its notes are summed.
enum Shaping {
  /// Overdrive: input gain, a smooth saturation (the Padé approximant of tanh), and the two
  /// low-passes of a loudspeaker cabinet. Without drive and cut-off nothing is changed.
  static func amplifier(
    _ samples: inout [Float], drive: Float, cutoff: Double?, sampleRate: Double
  ) {
    guard drive > 0 || cutoff != nil else { return }
    let cutoff = cutoff ?? 0.45 * sampleRate
    var first = OnePole(cutoff: cutoff, sampleRate: sampleRate)
    var second = OnePole(cutoff: cutoff, sampleRate: sampleRate)
    var rumble = OnePole(cutoff: 70, sampleRate: sampleRate)
    samples.withUnsafeMutableBufferPointer { buffer in
      guard let values = buffer.baseAddress else { return }
      var index = 0
      while index < buffer.count {
        var value = values[index]
        if drive > 0 {
          value = saturate(rumble.highpass(value) * (1 + drive))
        }
        values[index] = second.lowpass(first.lowpass(value))
        index += 1
      }
    }
  }

  /// x(27 + x²)/(27 + 9x²), which meets ±1 with slope 0 at x = ±3.
  @inline(__always)
  static func saturate(_ input: Float) -> Float {
    let held = min(max(input, -3), 3)
    let square = held * held
    return held * (27 + square) / (27 + 9 * square)
  }

  /// Linear up to ±0.7; beyond that it nears ±0.98 and never reaches it, so that nothing clips.
  @inline(__always)
  static func limit(_ input: Float) -> Float {
    let magnitude = abs(input)
    if magnitude <= 0.7 { return input }
    let excess = (magnitude - 0.7) / 0.28
    let held = 0.7 + 0.28 * excess / (1 + excess)
    return input < 0 ? -held : held
  }
}
