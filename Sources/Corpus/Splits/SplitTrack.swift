/// What a split and an audit need to know of a track.
public struct SplitTrack: Sendable, Hashable, Codable {
  /// What the track is called; unique among its fellows.
  public var id: String
  /// Its label; empty where it has none, and where it may have several all of them in a line.
  public var label: String
  /// Its labels, where a track of the dataset may have any number of them; else nil.
  public var tags: TrackTags?
  /// The recording group that the manifest puts it in, with its replicas and versions.
  public var group: String?
  /// Who plays; nil where that is not known.
  public var artist: String?
  /// What is played; nil where that is not known.
  public var title: String?

  /// A track of these facts.
  public init(
    id: String, label: String, tags: TrackTags? = nil, group: String? = nil,
    artist: String? = nil, title: String? = nil
  ) {
    self.id = id
    self.label = tags?.text ?? label
    self.tags = tags
    self.group = group
    self.artist = artist
    self.title = title
  }

  /// What a manifest knows of a track.
  public init(_ track: Track) {
    self.init(
      id: track.id, label: track.label, tags: track.tags, group: track.group,
      artist: track.artist, title: track.title)
  }

  /// The labels one by one, in byte order; a track that has none is on no side of a split.
  public var labelNames: [String] { tags?.names ?? (label.isEmpty ? [] : [label]) }

  /// The artist as artists are compared: case and outer blanks do not count; nil for an unknown
  /// one.
  public var artistKey: String? { Self.key(artist) }
  /// The title as titles are compared.
  public var titleKey: String? { Self.key(title) }
  /// The recording group; nil where the track is in none.
  var groupKey: String? { group.flatMap { $0.isEmpty ? nil : $0 } }

  /// Whether the track may belong to others: its group or its artist is known.
  public var hasRelations: Bool { groupKey != nil || artistKey != nil }

  private static func key(_ text: String?) -> String? {
    guard let text else { return nil }
    let trimmed = text.drop(while: \.isWhitespace)
    guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    return trimmed[...last].lowercased()
  }
}

extension SplitPolicy {
  /// The policy for tracks of which nothing else was said: ``grouped`` where any of them has a
  /// group, an artist or a near-duplicate, ``stratified`` otherwise.
  public static func standard(
    for tracks: [SplitTrack], links: [(String, String)] = []
  ) -> SplitPolicy {
    tracks.contains(where: \.hasRelations) || !links.isEmpty ? .grouped : .stratified
  }
}
