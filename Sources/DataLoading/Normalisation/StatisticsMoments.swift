/// How many numbers were seen, their mean and the sum of their squared distances from it; several
/// such, one beside the other.
struct StatisticsMoments: Sendable {
  private(set) var count = 0.0
  private(set) var means: [Double]
  private(set) var squares: [Double]

  init(rows: Int) {
    means = Array(repeating: 0, count: rows)
    squares = Array(repeating: 0, count: rows)
  }

  /// Of integers in units of 1/32,768, from their exact sums.
  init(count: Int, sum: Int128, squares: Int128) {
    self.count = Double(count)
    means = [Double(sum) / self.count / 32_768]
    // count² times the variance, in integers still exact.
    let exact = Int128(count) * squares - sum * sum
    self.squares = [Double(exact) / self.count / 0x1p30]
  }

  /// Takes in `count` numbers a row, given by the sums of their distances from a pivot and of the
  /// squares of those.
  mutating func add(
    count: Int, pivots: [Double], sums: [Double], squares: [Double]
  ) {
    let count = Double(count)
    for row in means.indices {
      merge(
        row, count, mean: pivots[row] + sums[row] / count,
        squares: max(0, squares[row] - sums[row] * sums[row] / count))
    }
    self.count += count
  }

  /// Takes in others.
  mutating func add(_ other: StatisticsMoments) {
    guard other.count > 0 else { return }
    for row in means.indices {
      merge(row, other.count, mean: other.means[row], squares: other.squares[row])
    }
    count += other.count
  }

  /// Source: Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
  /// Variances", 1979.
  private mutating func merge(_ row: Int, _ number: Double, mean: Double, squares: Double) {
    let all = count + number
    let distance = mean - means[row]
    means[row] += distance * (number / all)
    self.squares[row] += squares + distance * distance * (count * (number / all))
  }

  /// The population standard deviations.
  var deviations: [Double] { squares.map { ($0 / count).squareRoot() } }
}
