import Corpus

/// Shares of strata kept in every block of positions.
///
/// The endless sequence of positions is cut into blocks of ``length``; stratum s fills
/// ``quotas``[s] positions of each, in an order drawn for the block. So the d-th draw of a stratum
/// stands in block d / quota, and which draw a position is takes one look into the table of its
/// block.
struct StratumBlocks: Sendable {
  /// Positions in a block.
  let length: Int
  /// Of each stratum: its positions in a block, at least 1.
  let quotas: [Int]
  /// The stratum of each position before the block's own order: round and round, evenly spread.
  private let spread: [Int32]

  /// How far a quota may lie from its share, relative to it, before longer blocks are tried.
  private static let tolerance = 0.005
  /// The longest block, but for the strata being more.
  static let longest = 65_536

  /// Blocks for these weights, all finite and above 0; nil where one is too small to be kept by a
  /// position in the longest block.
  init?(weights given: [Double]) {
    let weights = Weights.scaled(given)
    let sum = weights.reduce(0, +)
    let shares = weights.map { $0 / sum }
    let shortest = max(512, shares.count)
    let usual = Array((shortest...2 * shortest).reversed())
    let long = [4_096, 16_384, Self.longest].filter { $0 > 2 * shortest }
    var best: (length: Int, quotas: [Int], error: Double)?
    for (number, length) in (usual + long).enumerated() {
      // The usual lengths are compared with each other, a longer one is taken only if none will do.
      if number >= usual.count, let best, best.error <= Self.tolerance { break }
      let quotas = Self.quotas(of: shares, in: length)
      let error =
        zip(quotas, shares).map { quota, share in
          abs(Double(quota) / Double(length) / share - 1)
        }.max() ?? 0
      if best.map({ error < $0.error - 1e-12 }) ?? true { best = (length, quotas, error) }
      // Large tables of strata are not tried at every length.
      if error < 1e-12 || (shares.count > 64 && number == 64 && error <= Self.tolerance) { break }
    }
    guard let best, shares.allSatisfy({ $0 * Double(best.length) >= 0.5 }) else { return nil }
    length = best.length
    quotas = best.quotas
    let positions = quotas.enumerated().flatMap { stratum, quota in
      (0..<quota).map { (position: (Double($0) + 0.5) / Double(quota), stratum: Int32(stratum)) }
    }
    spread = positions.sorted { ($0.position, $0.stratum) < ($1.position, $1.stratum) }.map(
      \.stratum)
  }

  /// Shares of `length` rounded to whole positions, none to 0 (largest remainders).
  private static func quotas(of shares: [Double], in length: Int) -> [Int] {
    let targets = shares.map { $0 * Double(length) }
    var quotas = targets.map { max(1, Int($0.rounded(.down))) }
    let lag = targets.indices.sorted {
      (Double(quotas[$0]) - targets[$0], $0) < (Double(quotas[$1]) - targets[$1], $1)
    }
    var left = length - quotas.reduce(0, +)
    var next = 0
    while left > 0 {
      quotas[lag[next % lag.count]] += 1
      next += 1
      left -= 1
    }
    // Strata that were raised to 1 take their place from those that lie furthest above their share.
    while left < 0 {
      guard
        let richest = targets.indices.filter({ quotas[$0] > 1 })
          .max(by: { Double(quotas[$0]) - targets[$0] < Double(quotas[$1]) - targets[$1] })
      else { break }
      quotas[richest] -= 1
      left += 1
    }
    return quotas
  }

  /// Writes the strata of a block's positions, in order, to `strata`, and to `ranks` how many
  /// positions of the same stratum stand before each in the block.
  /// - Parameters:
  ///   - seed: nil for the evenly spread order.
  ///   - counters: scratch, one a stratum.
  func fill(
    block: Int, seed: UInt64?, strata: inout [Int32], ranks: inout [Int32],
    counters: inout [Int32]
  ) {
    for index in 0..<length { strata[index] = spread[index] }
    if let seed {
      var generator = CounterGenerator(
        seed: seed, stream: LoaderStream.number(.blockOrder, block, 0))
      var last = length - 1
      while last > 0 {
        // Two bounded numbers a word; their bias is below length / 2^32.
        let word = generator.next()
        strata.swapAt(last, Int((word & 0xFFFF_FFFF) * UInt64(last + 1) >> 32))
        last -= 1
        guard last > 0 else { break }
        strata.swapAt(last, Int((word >> 32) * UInt64(last + 1) >> 32))
        last -= 1
      }
    }
    for stratum in counters.indices { counters[stratum] = 0 }
    for index in 0..<length {
      let stratum = Int(strata[index])
      ranks[index] = counters[stratum]
      counters[stratum] += 1
    }
  }
}
