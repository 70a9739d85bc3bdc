/// Shares rounded to whole tracks in a table of labels (rows) by sides (columns).
///
/// Every cell is its share rounded down or up, every row sums to its size, and every column too is
/// its share of the whole rounded down or up. Such a table always exists (a controlled rounding:
/// the shares are a flow, and a flow within whole bounds has a whole solution); rounding each row
/// on its own would instead let the same side win or lose in every row.
struct Apportionment {
  /// Tracks by row and column.
  private(set) var counts: [[Int]]
  /// Whether a cell's share lies between two whole numbers, so that it may be rounded either way.
  private let mayRoundUp: [[Bool]]
  private var isRoundedUp: [[Bool]]
  private var totals: [Int]
  private let lowest: [Int]
  private let highest: [Int]

  /// The table for labels of these sizes and sides of these shares (of sum 1, within rounding).
  init(sizes: [Int], shares: [Double]) {
    let sum = shares.reduce(0, +)
    let shares = shares.map { $0 / sum }
    let targets = sizes.map { size in shares.map { Self.tidied($0 * Double(size)) } }
    let whole = sizes.reduce(0, +)
    let columnTargets = shares.map { Self.tidied($0 * Double(whole)) }
    let floors = targets.map { $0.map { Int($0.rounded(.down)) } }
    counts = floors
    mayRoundUp = targets.map { $0.map { $0 != $0.rounded(.down) } }
    isRoundedUp = floors.map { $0.map { _ in false } }
    totals = shares.indices.map { column in floors.reduce(0) { $0 + $1[column] } }
    lowest = columnTargets.map { Int($0.rounded(.down)) }
    highest = columnTargets.map { Int($0.rounded(.up)) }
    roundRows(sizes: sizes, targets: targets)
    repairColumns()
  }

  /// A share that misses a whole number by no more than rounding error is that number.
  private static func tidied(_ share: Double) -> Double {
    let nearest = share.rounded()
    return abs(share - nearest) <= 1e-9 * max(1, nearest) ? nearest : share
  }

  /// Row by row, what is left over goes to the columns that lag furthest behind their share.
  private mutating func roundRows(sizes: [Int], targets: [[Double]]) {
    var lag = [Double](repeating: 0, count: totals.count)
    for row in sizes.indices {
      for column in lag.indices {
        lag[column] += targets[row][column] - Double(counts[row][column])
      }
      let leftOver = sizes[row] - counts[row].reduce(0, +)
      let fixed = mayRoundUp[row].map { $0 ? 0 : 1 }
      // Ties go to the first column, so that the table does not depend on the sort.
      let order = lag.indices.sorted { (fixed[$0], -lag[$0], $0) < (fixed[$1], -lag[$1], $1) }
      for column in order.prefix(max(0, leftOver)) {
        set(row, column, roundedUp: true)
        lag[column] -= 1
      }
    }
  }

  private mutating func set(_ row: Int, _ column: Int, roundedUp: Bool) {
    isRoundedUp[row][column] = roundedUp
    counts[row][column] += roundedUp ? 1 : -1
    totals[column] += roundedUp ? 1 : -1
  }

  /// Moves single tracks between columns until each column is within its bounds.
  private mutating func repairColumns() {
    for column in totals.indices {
      while totals[column] > highest[column],
        let path = path(from: column, until: { totals[$0] < highest[$0] })
      {
        move(along: path)
      }
    }
    for column in totals.indices {
      while totals[column] < lowest[column] {
        guard let path = pathFromDonor(to: column) else { break }
        move(along: path)
      }
    }
  }

  private func pathFromDonor(to column: Int) -> [(row: Int, from: Int, to: Int)]? {
    for donor in totals.indices where totals[donor] > lowest[donor] {
      if let path = path(from: donor, until: { $0 == column }) { return path }
    }
    return nil
  }

  private mutating func move(along path: [(row: Int, from: Int, to: Int)]) {
    for step in path {
      set(step.row, step.from, roundedUp: false)
      set(step.row, step.to, roundedUp: true)
    }
  }

  /// The shortest chain of moves within rows that takes a track out of `start` and brings one to a
  /// column that `isGoal` accepts (breadth-first search).
  private func path(
    from start: Int, until isGoal: (Int) -> Bool
  ) -> [(row: Int, from: Int, to: Int)]? {
    var cameBy: [Int: (row: Int, from: Int)] = [:]
    var queue = [start]
    var head = 0
    while head < queue.count {
      let from = queue[head]
      head += 1
      for to in totals.indices where to != start && cameBy[to] == nil {
        guard
          let row = counts.indices.first(where: {
            isRoundedUp[$0][from] && !isRoundedUp[$0][to] && mayRoundUp[$0][to]
          })
        else { continue }
        cameBy[to] = (row, from)
        if isGoal(to) {
          var path: [(row: Int, from: Int, to: Int)] = []
          var column = to
          while let step = cameBy[column] {
            path.append((step.row, step.from, column))
            column = step.from
          }
          return path.reversed()
        }
        queue.append(to)
      }
    }
    return nil
  }
}
