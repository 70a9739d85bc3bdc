import Corpus

/// Draws numbers with given weights, each draw in constant time.
///
/// Source: Vose, "A Linear Algorithm for Generating Random Numbers with a Given
/// Distribution", 1991.
struct AliasTable: Sendable {
  /// Of each column: up to which fraction of 2^64 the column itself is taken, else its alias.
  private let thresholds: [UInt64]
  private let aliases: [Int]

  /// The table of weights that are finite, not negative and not all zero.
  init(weights given: [Double]) {
    let weights = Weights.scaled(given)
    let count = weights.count
    let scale = Double(count) / weights.reduce(0, +)
    var shares = weights.map { $0 * scale }
    var thresholds = [UInt64](repeating: .max, count: count)
    var aliases = Array(0..<count)
    var small = shares.indices.filter { shares[$0] < 1 }
    var large = shares.indices.filter { shares[$0] >= 1 }
    while let poor = small.popLast(), let rich = large.popLast() {
      thresholds[poor] = UInt64(shares[poor] * 0x1p64)
      aliases[poor] = rich
      shares[rich] -= 1 - shares[poor]
      if shares[rich] < 1 { small.append(rich) } else { large.append(rich) }
    }
    // What rounding left over is full, but for a weight of zero, which must never be drawn.
    let heaviest = weights.indices.max { weights[$0] < weights[$1] } ?? 0
    for index in small where weights[index] == 0 {
      thresholds[index] = 0
      aliases[index] = heaviest
    }
    self.thresholds = thresholds
    self.aliases = aliases
  }

  /// The number that two random words choose. The bias of choosing the column without rejection is
  /// below count / 2^64.
  func number(_ column: UInt64, _ share: UInt64) -> Int {
    let index = Int(column.multipliedFullWidth(by: UInt64(thresholds.count)).high)
    return share < thresholds[index] ? index : aliases[index]
  }
}
