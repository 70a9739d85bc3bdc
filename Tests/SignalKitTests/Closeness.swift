/// Whether two numbers differ by at most the larger of `absolute` and `relative` × |expected|. NaN
/// and infinities are close to nothing.
func isClose(
  _ value: Double, _ expected: Double, absolute: Double = 0, relative: Double = 0
) -> Bool {
  abs(value - expected) <= max(absolute, relative * abs(expected))
}

/// The first index at which two sequences of floats are neither equal nor close, described; nil
/// where all are. Shorter to read in a failure than two long arrays.
func firstDifference(
  _ values: [Float], _ expected: [Float], absolute: Double = 0, relative: Double = 0
) -> String? {
  guard values.count == expected.count else {
    return "\(values.count) values, expected \(expected.count)"
  }
  for (index, pair) in zip(values, expected).enumerated()
  where pair.0 != pair.1
    && !isClose(Double(pair.0), Double(pair.1), absolute: absolute, relative: relative)
  {
    return "[\(index)] is \(pair.0), expected \(pair.1)"
  }
  return nil
}

/// One part in 2^23: the relative distance of neighbouring floats.
let floatStep = Double(Float.ulpOfOne)
