import Glibc
import Training

/// Gives each input column a normal distribution: a value's rank among those of the training side,
/// through the inverse of the normal distribution.
///
/// What is heavy-tailed, such as a variance, no longer drowns what the other columns say. Equals
/// `sklearn.preprocessing.QuantileTransformer(output_distribution="normal")` but for the number and
/// place of the quantiles: ``knots`` of them at probabilities (k + 0.5) / knots, linear between,
/// values beyond the first and the last as these. The quantiles are kept with the weights as
/// `transform.quantiles`.
final class QuantileTransform: Layer {
  /// Quantiles of each column.
  static let knots = 256

  let outputShape: [Int]
  let statistics: [RunningStatistic]
  private let columns: Int
  private var output: FloatStorage?

  private var quantiles: RunningStatistic { statistics[0] }

  /// The normal deviates of the quantiles.
  static let deviates: [Float] = (0..<knots).map {
    Float(normalDeviate((Double($0) + 0.5) / Double(knots)))
  }

  /// For samples of so many numbers; the quantiles are yet to be set.
  init(columns: Int) throws(TrainingError) {
    self.columns = columns
    outputShape = [columns]
    statistics = [try RunningStatistic("transform.quantiles", shape: [columns, Self.knots])]
  }

  /// Takes the quantiles of rows.
  func fit(_ rows: TrainingRows) {
    for column in 0..<columns {
      let sorted = stride(from: column, to: rows.values.count, by: columns)
        .map { rows.values[$0] }.sorted()
      guard let last = sorted.indices.last else { continue }
      for knot in 0..<Self.knots {
        let position = (Double(knot) + 0.5) / Double(Self.knots) * Double(sorted.count) - 0.5
        let low = max(0, min(last, Int(position.rounded(.down))))
        let share = Float(max(0, min(1, position - Double(low))))
        quantiles.value.base[column * Self.knots + knot] =
          sorted[low] + (sorted[min(last, low + 1)] - sorted[low]) * share
      }
    }
  }

  /// What rows become.
  func transformed(_ rows: TrainingRows) -> TrainingRows {
    rows.mapping(
      rows.values.enumerated().map { index, value in
        Self.transformed(value, quantiles.value.base + index % columns * Self.knots)
      })
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try output.reserve(rows * columns)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let output = output.start
    pass.team.divide(rows, atLeast: 32) { part in
      for row in part {
        for column in 0..<columns {
          let index = row * columns + column
          output[index] = Self.transformed(
            input[index], quantiles.value.base + column * Self.knots)
        }
      }
    }
    return output
  }

  /// Nothing before it learns.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? { nil }

  private static func transformed(_ value: Float, _ quantiles: UnsafePointer<Float>) -> Float {
    // The first quantile that is not below the value, and the first that is above it.
    let lower = firstIndex { quantiles[$0] >= value }
    let upper = firstIndex { quantiles[$0] > value }
    if lower == knots { return deviates[knots - 1] }
    // Of several equal quantiles the value is in the middle.
    if upper > lower { return (deviates[lower] + deviates[upper - 1]) / 2 }
    guard lower > 0 else { return deviates[0] }
    let (below, above) = (quantiles[lower - 1], quantiles[lower])
    let share = (value - below) / (above - below)
    return deviates[lower - 1] + (deviates[lower] - deviates[lower - 1]) * share
  }

  private static func firstIndex(_ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, knots)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The x at which the normal distribution has a probability, by bisection; once for each
  /// quantile.
  static func normalDeviate(_ probability: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
