/// Mean and population variance, as `numpy.mean` and `numpy.var` give them.
public struct Moments: Sendable, Hashable {
  /// The arithmetic mean.
  public let mean: Double
  /// The mean squared distance from the mean; never negative.
  public let variance: Double

  /// Of `values` in two passes, in double; zeros for no values.
  public init(_ values: some Collection<Double>) {
    guard !values.isEmpty else {
      self.init(mean: 0, variance: 0)
      return
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(mean: mean, variance: squares / count)
  }

  /// The same of floats that lie in memory.
  init(_ values: UnsafeBufferPointer<Float>) {
    var sum = 0.0
    for value in values { sum += Double(value) }
    let mean = values.isEmpty ? 0 : sum / Double(values.count)
    var squares = 0.0
    for value in values {
      let distance = Double(value) - mean
      squares += distance * distance
    }
    self.init(mean: mean, variance: values.isEmpty ? 0 : squares / Double(values.count))
  }

  /// From a sum and a sum of squares over `count` values whose mean is small beside their
  /// deviation.
  init(sum: Double, sumOfSquares: Double, count: Int) {
    let mean = sum / Double(count)
    self.init(mean: mean, variance: max(0, sumOfSquares / Double(count) - mean * mean))
  }

  init(mean: Double, variance: Double) {
    self.mean = mean
    self.variance = variance
  }
}
