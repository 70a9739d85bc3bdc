/// One period of a tone as a table, read with linear interpolation by a 32-bit phase that wraps of
/// itself: exact on every machine, and about a nanosecond a sample.
struct Wavetable: Sendable {
  static let bits = 10
  static let count = 1 << bits
  static let fractionMask: UInt32 = (1 << (32 - UInt32(bits))) - 1
  static let fractionScale = Float(1) / Float(1 << (32 - bits))

  /// `count` values and the first one once more, so that reading needs no wrap.
  let values: [Float]

  static let sine = Wavetable(harmonics: [1])

  /// A sum of harmonics with amplitudes `harmonics[0]` for the fundamental and so on, scaled to a
  /// root mean square of 1/√2, so that bright and dull tables are equally loud.
  init(harmonics: [Double]) {
    let sines = (0..<Self.count).map {
      ExactMath.sine(turns: Double($0) / Double(Self.count))
    }
    var sum = [Double](repeating: 0, count: Self.count + 1)
    for (index, amplitude) in harmonics.enumerated() where amplitude != 0 {
      var position = 0
      for sample in 0..<Self.count {
        sum[sample] += amplitude * sines[position]
        position = (position + index + 1) & (Self.count - 1)
      }
    }
    sum[Self.count] = sum[0]
    var power = 0.0
    for amplitude in harmonics { power += amplitude * amplitude }
    let scale = power > 0 ? 1 / power.squareRoot() : 0
    values = sum.map { Float($0 * scale) }
  }

  /// The phase step a sample of a frequency in Hz.
  static func increment(frequency: Double, sampleRate: Double) -> UInt32 {
    UInt32(min(max(frequency / sampleRate, 0), 0.5) * 4_294_967_295)
  }

  /// The value at a phase, where 2^32 is one turn.
  @inline(__always)
  static func read(_ table: UnsafePointer<Float>, _ phase: UInt32) -> Float {
    let index = Int(truncatingIfNeeded: phase >> (32 - UInt32(bits)))
    let fraction = Float(Int32(bitPattern: phase & fractionMask)) * fractionScale
    let value = table[index]
    return value + (table[index + 1] - value) * fraction
  }
}

/// Two tables side by side, each value beside its step to the next one: what the interpolation of
/// both needs lies in sixteen adjacent bytes.
struct TonePair: Sendable {
  /// bright, step of bright, dull, step of dull; `Wavetable.count` times.
  let values: [Float]

  init(bright: Wavetable, dull: Wavetable) {
    var pairs: [Float] = []
    pairs.reserveCapacity(4 * Wavetable.count)
    for index in 0..<Wavetable.count {
      for table in [bright.values, dull.values] {
        pairs.append(table[index])
        pairs.append(table[index + 1] - table[index])
      }
    }
    values = pairs
  }

  /// The value at a phase: bright where `brightness` is 1, dull where it is 0.
  @inline(__always)
  static func read(
    _ table: UnsafePointer<Float>, _ phase: UInt32, _ brightness: Float
  ) -> Float {
    let index = 4 * Int(truncatingIfNeeded: phase >> (32 - UInt32(Wavetable.bits)))
    let fraction =
      Float(Int32(bitPattern: phase & Wavetable.fractionMask)) * Wavetable.fractionScale
    let light = table[index] + fraction * table[index + 1]
    let dark = table[index + 2] + fraction * table[index + 3]
    return dark + (light - dark) * brightness
  }
}

/// Amplitudes of harmonics.
enum Harmonics {
  /// 1/h^slope for h = 1 … count, by e^(-slope ln h); the logarithm is the sum of ln(1 + 1/k).
  static func falling(count: Int, slope: Double, even: Double) -> [Double] {
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
