internal import CKernels

/// Rounding to 16-bit floats (IEEE 754 binary16): 11 significant bits, from 6.0e-8 to 65,504.
public enum HalfPrecision {
  /// From here on a number rounds to infinity.
  private static let bound: Float = 65_520

  /// Numbers rounded to the nearest half, ties to even: `numpy.float32.astype(numpy.float16)`, but
  /// for those that are beyond its range, which become ±65,504 and never infinite.
  ///
  /// The relative error is at most 2⁻¹¹ from 6.2e-5 on; below the absolute one is at most
  /// 2⁻²⁵.
  ///
  /// - Parameter values: finite numbers.
  /// - Returns: the halves, and how many of the numbers were beyond the range.
  public static func rounded(_ values: [Float]) -> (halves: [Float16], beyond: Int) {
    let count = values.count
    let below = unsafe lathe_count_below(values, bound, count)
    let beyond = count - below
    let most = Float(Float16.greatestFiniteMagnitude)
    let within = beyond == 0 ? values : values.map { max(-most, min(most, $0)) }
    let halves = unsafe [Float16](unsafeUninitializedCapacity: count) { buffer, filled in
      unsafe buffer.withMemoryRebound(to: UInt16.self) { bits in
        if let start = bits.baseAddress { unsafe lathe_float_to_float16(within, start, count) }
      }
      filled = count
    }
    return (halves, beyond)
  }
}
