/// What the tracks that something is measured by share with those that it was learnt from, as far
/// as artists, recordings and copies are known: so the figures are lower bounds.
public struct TrackOverlap: Sendable, Hashable, Codable {
  /// Tracks measured of which the recording or a copy was learnt from: the track itself, one of its
  /// recording group, or one that was found to sound the same.
  public var recordings: Int
  /// The artists that are known of the tracks measured.
  public var artists: Int
  /// Of these, the ones that tracks which were learnt from have too.
  public var sharedArtists: Int
  /// Tracks measured whose artist is not known.
  public var unknownArtists: Int

  /// An overlap of these counts.
  public init(recordings: Int, artists: Int, sharedArtists: Int, unknownArtists: Int) {
    self.recordings = recordings
    self.artists = artists
    self.sharedArtists = sharedArtists
    self.unknownArtists = unknownArtists
  }

  /// Counts what is shared.
  /// - Parameters:
  ///   - measured: the ids of the tracks that are measured.
  ///   - learnt: the ids of those that are learnt from; one may be among both.
  ///   - tracks: what is known of the tracks; ids that are not among them do not count.
  ///   - links: pairs of ids that were found to sound the same.
  /// - Complexity: O(tracks + links).
  public init(
    of measured: Set<String>, with learnt: Set<String>, among tracks: [SplitTrack],
    links: [(String, String)] = []
  ) {
    let sides = [learnt, measured].map { ids in tracks.filter { ids.contains($0.id) } }
    let index = RelationIndex(members: sides, neighbours: links)
    func shares(_ track: SplitTrack, _ relation: SplitAudit.Relation) -> Bool {
      !index.shared(by: track, relation, { $0 == 0 }).isEmpty
    }
    let known = Dictionary(
      sides[1].compactMap { track in track.artistKey.map { ($0, track) } },
      uniquingKeysWith: { first, _ in first })
    self.init(
      recordings: sides[1].count { shares($0, .recordings) || shares($0, .neighbours) },
      artists: known.count, sharedArtists: known.values.count { shares($0, .artists) },
      unknownArtists: sides[1].count { $0.artistKey == nil })
  }
}
