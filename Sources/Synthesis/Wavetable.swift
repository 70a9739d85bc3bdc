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
    let fraction = Float(phase & fractionMask) * fractionScale
    let value = table[index]
    return value + (table[index + 1] - value) * fraction
  }
}
