import Glibc
import Training

/// Takes from input columns what they say in common: y = L⁻¹(x − m), where L Lᵀ is the covariance of
/// the training side within its labels, m its mean.
///
/// It is the metric of linear discriminant analysis (Fisher, Ann. Eugenics 7, 1936): directions in
/// which tracks of one label differ among themselves count less, whatever their scale. Where samples
/// may have several labels, the covariance is that of all of them. Of few samples it is uncertain:
/// `shrinkage` s makes it (1 − s) C + s · tr(C)/d · I, as `shrinkage` of scikit-learn's
/// `LinearDiscriminantAnalysis` (Friedman, J. Am. Stat. Assoc. 84, 1989). Kept with the weights as
/// `whitening.mean` [d] and `whitening.matrix` [d, d], which is L⁻¹.
final class Whitening: Layer {
  let outputShape: [Int]
  let statistics: [RunningStatistic]
  private let columns: Int
  private var centred: FloatStorage?
  private var output: FloatStorage?

  /// For samples of so many numbers; mean and matrix are yet to be set.
  init(columns: Int) throws(TrainingError) {
    self.columns = columns
    outputShape = [columns]
    statistics = [
      try RunningStatistic("whitening.mean", shape: [columns]),
      try RunningStatistic("whitening.matrix", shape: [columns, columns]),
    ]
  }

  /// Takes mean and covariance of rows.
  /// - Parameter shrinkage: 0 to 1; 0 needs more rows than columns, and no column that follows from
  ///   others.
  /// - Throws: ``TrainingError/Kind/data`` where the covariance has no inverse.
  func fit(_ samples: TrainingRows, shrinkage: Double) throws(TrainingError) {
    let (values, rows) = (samples.values, samples.count)
    func mean(of chosen: some Collection<Int>) -> [Double] {
      var sums = [Double](repeating: 0, count: columns)
      for row in chosen {
        for column in 0..<columns { sums[column] += Double(values[row * columns + column]) }
      }
      return sums.map { $0 / Double(max(1, chosen.count)) }
    }
    let members = Dictionary(grouping: 0..<rows) { samples.labels?[$0] ?? 0 }
    var covariance = [Double](repeating: 0, count: columns * columns)
    for (_, chosen) in members.sorted(by: { $0.key < $1.key }) {
      let own = mean(of: chosen)
      for row in chosen {
        let offsets = (0..<columns).map { Double(values[row * columns + $0]) - own[$0] }
        for one in 0..<columns {
          for other in 0...one {
            covariance[one * columns + other] += offsets[one] * offsets[other]
          }
        }
      }
    }
    // Unbiased, as far as there are rows for it.
    let freedom = Double(max(1, rows - members.count))
    let trace = (0..<columns).reduce(0) { $0 + covariance[$1 * columns + $1] } / freedom
    for one in 0..<columns {
      for other in 0...one { covariance[one * columns + other] *= (1 - shrinkage) / freedom }
      covariance[one * columns + one] += shrinkage * trace / Double(columns)
    }
    let inverse = try Self.inverseOfFactor(covariance, size: columns)
    for (index, value) in mean(of: 0..<rows).enumerated() {
      statistics[0].value.base[index] = Float(value)
    }
    for (index, value) in inverse.enumerated() { statistics[1].value.base[index] = Float(value) }
  }

  /// L⁻¹ of a symmetric matrix C = L Lᵀ, of which the lower half is read; row-major, its upper half 0.
  static func inverseOfFactor(_ matrix: [Double], size: Int) throws(TrainingError) -> [Double] {
    var factor = matrix
    for column in 0..<size {
      var pivot = factor[column * size + column]
      for k in 0..<column { pivot -= factor[column * size + k] * factor[column * size + k] }
      guard pivot > 1e-12 * abs(matrix[column * size + column]), pivot.isFinite else {
        throw TrainingError(
          kind: .data, subject: "whitening",
          detail: "column \(column) follows from others, or is the same in all samples of a label",
          hint: "set shrinkage above 0, or leave the column out")
      }
      pivot = pivot.squareRoot()
      factor[column * size + column] = pivot
      for row in (column + 1)..<max(size, column + 1) {
        var sum = factor[row * size + column]
        for k in 0..<column { sum -= factor[row * size + k] * factor[column * size + k] }
        factor[row * size + column] = sum / pivot
      }
    }
    var inverse = [Double](repeating: 0, count: size * size)
    for column in 0..<size {
      inverse[column * size + column] = 1 / factor[column * size + column]
      for row in (column + 1)..<max(size, column + 1) {
        var sum = 0.0
        for k in column..<row { sum -= factor[row * size + k] * inverse[k * size + column] }
        inverse[row * size + column] = sum / factor[row * size + row]
      }
    }
    return inverse
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try centred.reserve(rows * columns)
    try output.reserve(rows * columns)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let (centred, output) = (centred.start, output.start)
    let (mean, matrix) = (statistics[0].value.base, statistics[1].value.base)
    pass.team.divide(rows, atLeast: 32) { part in
      for index in part.lowerBound * columns..<part.upperBound * columns {
        centred[index] = input[index] - mean[index % columns]
      }
      let start = part.lowerBound * columns
      LinearAlgebra.multiply(
        rows: part.count, columns: columns, inner: columns, centred + start, strideA: columns,
        matrix, strideB: columns, transposedB: true, into: output + start, strideC: columns)
    }
    return output
  }

  /// Nothing before it learns.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? { nil }
}
