import Wording
import Corpus

/// How much splits of a policy leak from the first side into the last, over many seeds.
struct LeakageStudy: Encodable {
  /// Mean and standard deviation (of a sample) over the seeds.
  struct Figure: Encodable {
    let mean: Double
    let deviation: Double

    init(_ values: [Double]) {
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      deviation = (squares / Double(max(1, values.count - 1))).squareRoot()
    }

    var text: String { "\(Words.fixed(mean, 1)) ± \(Words.fixed(deviation, 1))" }
  }

  let policy: SplitPolicy
  let seeds: Int
  /// Percent of the last side's tracks that share something with the first side.
  let percent: [SplitAudit.Relation: Figure]
  /// The greatest percentage of any pair of sides, in any way and with any seed.
  let highestPercent: Double
  /// How many tracks the worst label was off its share, with the worst seed; nil for slices and for
  /// a published split, which have no target.
  let worstDeviation: Double?
  /// Seconds to make a split.
  let secondsPerSplit: Double

  /// Slices of a track, for the policy that draws them: 3 s slices of 30 s.
  private static let slices = 10

  /// Makes and audits a split with each seed.
  init(
    _ policy: SplitPolicy, published: NamedSides?, shares: [Double], seeds: Int,
    tracks: [SplitTrack]
  ) throws {
    let clock = ContinuousClock()
    var seconds = 0.0
    var percents: [SplitAudit.Relation: [Double]] = [:]
    var highest = 0.0
    var deviations: [Double] = []
    let seeds = published == nil ? seeds : 1
    for seed in 0..<UInt64(seeds) {
      let start = clock.now
      let split: Split
      if let published {
        split = try Split.published(published, tracks: tracks.map(\.id))
      } else {
        let plan = try SplitPlan(policy: policy, seed: seed, division: .ratios(shares))
        split = try Split.make(plan, tracks: tracks)
      }
      seconds += start.duration(to: clock.now) / .seconds(1)
      let audit = SplitAudit(split, tracks: tracks, slices: { _ in Self.slices })
      highest = max(highest, audit.highestPercent)
      if published == nil, let worst = audit.balance.worst {
        deviations.append(abs(worst.deviation))
      }
      let ends = audit.pairs.first {
        $0.first == split.sides.first && $0.second == split.sides.last
      }
      for relation in SplitAudit.Relation.allCases {
        percents[relation, default: []].append(ends?.shared[relation]?.percent ?? 0)
      }
    }
    self.policy = policy
    self.seeds = seeds
    percent = percents.mapValues(Figure.init)
    highestPercent = highest
    worstDeviation = deviations.max()
    secondsPerSplit = seconds / Double(seeds)
  }

  /// A row for each policy.
  static func table(_ rows: [LeakageStudy]) -> [String] {
    let relations: [SplitAudit.Relation] = [.tracks, .recordings, .artists, .titles]
    var lines = [
      ["% of test tracks also in train"] + relations.map(\.rawValue)
        + ["worst label, tracks off", "ms a split", "seeds"]
    ]
    for row in rows {
      lines.append(
        [Words.shown(row.policy.rawValue)]
          + relations.map { row.percent[$0]?.text ?? "" }
          + [
            row.worstDeviation.map { Words.fixed($0, 1) } ?? "-",
            Words.fixed(row.secondsPerSplit * 1_000, 1), "\(row.seeds)",
          ])
    }
    return Words.table(lines)
  }
}
