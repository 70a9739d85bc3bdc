import Glibc

/// How near rows are to each other, as t-SNE has it: the chance that one would choose the other as
/// its neighbour, if chances fell off with distance as a Gaussian that is as wide around each row as
/// makes its chances as uncertain as an equal choice among `perplexity` neighbours.
///
/// Of both directions the mean; all together sum to 1. Only three times `perplexity` nearest
/// neighbours of each row count (van der Maaten, "Accelerating t-SNE using tree-based algorithms",
/// JMLR 15, 2014), as in scikit-learn.
struct Affinities {
  /// Where the neighbours of each row begin, and the end.
  let starts: [Int]
  let rows: SharedNumbers<Int32>
  let chances: SharedNumbers<Double>
  /// The perplexity of each row's own chances, as it was reached.
  let reached: SharedNumbers<Double>

  /// Computes them.
  /// - Parameter perplexity: above 1, and at most a third of the number of other rows.
  init(of numbers: [Float], columns: Int, perplexity: Double, threads: Int) {
    let count = numbers.count / columns
    let each = max(1, min(count - 1, Int(3 * perplexity)))
    let nearest = NearestRows(of: numbers, columns: columns, each: each, threads: threads)
    let own = SharedNumbers<Double>(repeating: 0, count: count * each)
    let reached = SharedNumbers<Double>(repeating: 0, count: count)
    RowChunks.perform(count, threads: threads) { _, chunk in
      for row in chunk {
        let indices = row * each..<(row + 1) * each
        let found = Self.calibrated(indices.map { Double(nearest.distances[$0]) }, perplexity)
        for (index, chance) in zip(indices, found.chances) { own[index] = chance }
        reached[row] = found.perplexity
      }
    }
    self.reached = reached
    (starts, rows, chances) = Self.joined(nearest, own, count: count)
  }

  /// The chances of neighbours at these squared distances, the least first.
  private static func calibrated(
    _ distances: [Double], _ perplexity: Double
  ) -> (chances: [Double], perplexity: Double) {
    let wanted = log(perplexity)
    let least = distances.first ?? 0
    var precision = 1.0
    var (low, high) = (0.0, Double.infinity)
    var chances = distances
    var entropy = 0.0
    for _ in 0..<100 {
      var (sum, weighted) = (0.0, 0.0)
      for (index, distance) in distances.enumerated() {
        // From the nearest, so that not all vanish.
        let chance = exp(-(distance - least) * precision)
        chances[index] = chance
        sum += chance
        weighted += (distance - least) * chance
      }
      for index in chances.indices { chances[index] /= sum }
      entropy = log(sum) + precision * weighted / sum
      if abs(entropy - wanted) < 1e-5 { break }
      if entropy > wanted {
        low = precision
        precision = high.isFinite ? (low + high) / 2 : precision * 2
      } else {
        high = precision
        precision = (low + high) / 2
      }
      // Equal distances are as uncertain at any width.
      guard precision.isFinite, precision < 1e300 else { break }
    }
    return (chances, exp(entropy))
  }

  /// Both directions together, row by row in the order of the neighbours' numbers.
  private static func joined(
    _ nearest: NearestRows, _ own: SharedNumbers<Double>, count: Int
  ) -> ([Int], SharedNumbers<Int32>, SharedNumbers<Double>) {
    let each = nearest.each
    var all = [[(row: Int32, chance: Double)]](repeating: [], count: count)
    for row in 0..<count {
      for index in row * each..<(row + 1) * each {
        let other = nearest.rows[index]
        let half = own[index] / (2 * Double(count))
        all[row].append((other, half))
        all[Int(other)].append((Int32(row), half))
      }
    }
    var starts = [0]
    var rows: [Int32] = []
    var chances: [Double] = []
    for entries in all {
      for entry in entries.sorted(by: { $0.row < $1.row }) {
        if let last = rows.last, last == entry.row, rows.count > starts[starts.count - 1] {
          chances[chances.count - 1] += entry.chance
        } else {
          rows.append(entry.row)
          chances.append(entry.chance)
        }
      }
      starts.append(rows.count)
    }
    return (starts, SharedNumbers(rows, orEmpty: 0), SharedNumbers(chances, orEmpty: 0))
  }
}
