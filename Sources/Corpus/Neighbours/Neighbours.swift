/// Pairs of tracks that sound the same: copies of one recording, whatever their level, encoding or
/// place.
public struct Neighbours: Sendable, Hashable, Codable {
  /// Two tracks that are copies of one recording, or overlapping pieces of it.
  public struct Pair: Sendable, Hashable, Codable {
    /// The id of the track that comes first in byte order.
    public var first: String
    /// The id of the other one.
    public var second: String
    /// Where the second begins in the first, in seconds: what it has at t, the first has at t +
    /// offset. To the nearest word of the fingerprints, so up to about half a word's time off (25
    /// ms).
    public var offset: Double
    /// 1 for files with the same bytes; else 1 − 2 × the share of differing bits: 0 as of
    /// unrelated music, 1 where no bit differs.
    public var similarity: Double
    /// How long both play the same, in seconds.
    public var overlap: Double
    /// Whether the files have the same bytes.
    public var isIdentical: Bool

    /// A pair of these facts.
    public init(
      first: String, second: String, offset: Double, similarity: Double, overlap: Double,
      isIdentical: Bool
    ) {
      self.first = first
      self.second = second
      self.offset = offset
      self.similarity = similarity
      self.overlap = overlap
      self.isIdentical = isIdentical
    }
  }

  /// The pairs in byte order of their ids. Of many copies of one recording not every two make a
  /// pair, but pairs join all of them.
  public let pairs: [Pair]
  /// What the pairs join up to: ids in byte order, groups in byte order of their first ids; each
  /// has two tracks or more.
  public let groups: [[String]]

  /// A larger group's ``links`` tie each track to the first one only.
  private static let largestGroupInPairs = 64

  /// No tracks sound the same.
  public static let none = Neighbours(pairs: [])

  /// These pairs, put in order.
  public init(pairs: [Pair]) {
    self.pairs = pairs.sorted {
      $0.first == $1.first
        ? ByteOrder.precedes($0.second, $1.second) : ByteOrder.precedes($0.first, $1.first)
    }
    let ids = Set(pairs.flatMap { [$0.first, $0.second] })
    groups =
      TrackGroups(
        tracks: ids.map { SplitTrack(id: $0, label: "") },
        links: pairs.map { ($0.first, $0.second) }
      ).components
  }

  /// What must not straddle the sides of a split: every two tracks of a group (in groups of more
  /// than 64 each track with the first).
  public var links: [(String, String)] {
    groups.flatMap { group -> [(String, String)] in
      let heads = group.count > Self.largestGroupInPairs ? group.prefix(1) : group[...]
      return heads.indices.flatMap { head in
        group[(head + 1)...].map { (group[head], $0) }
      }
    }
  }

  private enum CodingKeys: String, CodingKey {
    case pairs
  }

  /// Reads the pairs and joins them up again.
  /// - Throws: `DecodingError` for a wrong shape.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(pairs: try fields.decode([Pair].self, forKey: .pairs))
  }
}
