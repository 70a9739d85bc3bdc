/// What leaks between the sides of a split, and what lies on each.
///
/// Unknown artists and titles count as not shared, so those figures are lower bounds; each side
/// says how many are unknown.
public struct SplitAudit: Sendable, Hashable, Codable {
  /// In what way something can be on two sides.
  public enum Relation: String, Sendable, Hashable, Codable, CaseIterable {
    /// The track itself (with the policy ``SplitPolicy/slices``).
    case tracks
    /// The recording group of the manifest, or the track itself.
    case recordings
    /// A track that was found to be nearly the same.
    case neighbours
    /// The artist.
    case artists
    /// Artist and title.
    case titles
  }

  /// What two sides share in one way.
  public struct Overlap: Sendable, Hashable, Codable {
    /// Tracks of the second side that share something with the first.
    public var tracks: Int
    /// The same in percent of the second side's tracks; 0 where it has none.
    public var percent: Double
    /// What they share, in byte order: ids, groups, artists, `artist: title` or `id ~ id`.
    public var names: [String]
  }

  /// Two sides, as a model that is fitted to the first and tested on the second sees them.
  public struct Pair: Sendable, Hashable, Codable {
    /// The side that is learnt from; `others` for all the other folds.
    public var first: String
    /// The side that is tested on.
    public var second: String
    /// Tracks of the second side.
    public var tracks: Int
    /// What they share.
    public var shared: [Relation: Overlap]
  }

  /// What lies on a side.
  public struct Side: Sendable, Hashable, Codable {
    /// The side.
    public var name: String
    /// Its tracks.
    public var tracks: Int
    /// Its tracks of each label.
    public var labels: [String: Int]
    /// Its tracks without a known artist.
    public var unknownArtists: Int
    /// Its tracks without a known artist or title.
    public var unknownTitles: Int
    /// Its tracks with each known fault.
    public var faults: [String: Int]
  }

  /// The split's name.
  public var split: String
  /// Its policy.
  public var policy: SplitPolicy
  /// The sides in their order.
  public var sides: [Side]
  /// Every pair of sides, the earlier first; for folds each one against all the others, which is
  /// how they are used.
  public var pairs: [Pair]
  /// How near the labels come to their shares.
  public var balance: SplitBalance
  /// How evenly labels are shared out, where a track has several; else nil.
  public var distribution: LabelDistribution?

  /// Whether the split leaks by design: pieces of one track lie on two sides.
  public var leaksByDesign: Bool { policy.leaksByDesign }

  /// The pair that shares most in some way, and how much, in percent; nil where nothing is shared.
  public var worst: (pair: Pair, relation: Relation, percent: Double)? {
    var worst: (pair: Pair, relation: Relation, percent: Double)?
    for pair in pairs {
      for relation in Relation.allCases {
        let percent = pair.shared[relation]?.percent ?? 0
        if percent > worst?.percent ?? 0 { worst = (pair, relation, percent) }
      }
    }
    return worst
  }

  /// The greatest percentage of any pair in any way; 0 where nothing leaks.
  public var highestPercent: Double { worst?.percent ?? 0 }

  /// The greatest percentage of any pair in one way.
  public func highestPercent(of relation: Relation) -> Double {
    pairs.reduce(0) { max($0, $1.shared[relation]?.percent ?? 0) }
  }
}

extension SplitAudit.Relation: CodingKeyRepresentable {}

extension SplitAudit {
  /// The figures of an audit, as a card keeps them.
  public struct Summary: Sendable, Hashable, Codable {
    /// The split's policy.
    public var policy: SplitPolicy
    /// Whether the split leaks by design.
    public var leaksByDesign: Bool
    /// For each way the greatest percentage of any pair of sides.
    public var highestPercent: [Relation: Double]
    /// Tracks without a known artist: by so many the figures may be too low.
    public var unknownArtists: Int
    /// The label that is furthest from its share.
    public var furthestFromTarget: SplitBalance.Cell?
  }

  /// The figures of this audit.
  public var summary: Summary {
    Summary(
      policy: policy, leaksByDesign: leaksByDesign,
      highestPercent: Dictionary(
        uniqueKeysWithValues: Relation.allCases.map { ($0, highestPercent(of: $0)) }),
      unknownArtists: sides.reduce(0) { $0 + $1.unknownArtists },
      furthestFromTarget: balance.worst)
  }
}
