/// How evenly a split shares out tracks that have several labels, by the measures of Sechidis, Tsoumakas and Vlahavas ("On
/// the Stratification of Multi-Label Data", ECML PKDD 2011): 0 is perfect.
public struct LabelDistribution: Sendable, Hashable, Codable {
  /// Their LD: the mean over labels and sides of how far the odds of a label on a side, |Sᵢ| / (|S| − |Sᵢ|), are from its
  /// odds in all, |Dᵢ| / (|D| − |Dᵢ|). A label that every track has has no odds and is left out. Nil where a side's tracks
  /// all have a label that others have not, whose odds there are infinite, and where nothing is measured.
  public var labels: Double?
  /// Their ED: the mean over sides of how many tracks a side has too many or too few.
  public var examples: Double
  /// Pairs of a label and a side that was to have some of its tracks and has none (their FLZ).
  public var emptyPairs: Int
}

extension SplitBalance {
  /// How evenly labels and tracks are shared out, over the sides that were to have some.
  public var distribution: LabelDistribution {
    let sides = totals.filter { $0.target > 0 }
    let sizes = Dictionary(sides.map { ($0.side, $0.got) }, uniquingKeysWith: { $1 })
    let whole = totals.reduce(0) { $0 + $1.got }
    var inAll: [String: Int] = [:]
    for cell in labels { inAll[cell.label ?? "", default: 0] += cell.got }
    var sum = 0.0
    var count = 0
    for cell in labels {
      guard let size = sizes[cell.side], let all = inAll[cell.label ?? ""], all < whole else {
        continue
      }
      sum += abs(Self.odds(cell.got, of: size) - Self.odds(all, of: whole))
      count += 1
    }
    return LabelDistribution(
      labels: count > 0 && sum.isFinite ? sum / Double(count) : nil,
      examples: sides.isEmpty
        ? 0 : sides.reduce(0) { $0 + abs($1.deviation) } / Double(sides.count),
      emptyPairs: labels.count { $0.got == 0 && $0.target > 0 })
  }

  private static func odds(_ part: Int, of whole: Int) -> Double {
    part == 0 ? 0 : Double(part) / Double(whole - part)
  }
}
