/// Whether labels that are taken from folders look like classes.
public struct FolderLabels: Sendable {
  /// Fewer labels than this are never many.
  private static let manyLabels = 8
  /// A class of fewer tracks can hardly be learnt.
  private static let fewTracks = 5
  /// A class of fewer tracks is small where the tracks lie in folders of folders.
  private static let someTracks = 20

  /// How many labels there are.
  public let labels: Int
  /// The tracks of the label in the middle, the labels being ordered by their tracks.
  public let medianTracks: Int
  /// Whether the folders look like artists and albums: many labels, most of them of a few tracks,
  /// or of not many and the tracks in folders within them.
  public let lookLikeArtists: Bool

  /// Looks at tracks whose labels are the outermost folders of their paths.
  public init(of tracks: [Track]) {
    let counts = Dictionary(tracks.map { ($0.label, 1) }, uniquingKeysWith: +).values.sorted()
    labels = counts.count
    medianTracks = counts.isEmpty ? 0 : counts[counts.count / 2]
    let deep = tracks.count { $0.path.utf8.count { $0 == UInt8(ascii: "/") } > 1 }
    lookLikeArtists =
      labels >= Self.manyLabels
      && (medianTracks < Self.fewTracks
        || (medianTracks < Self.someTracks && deep * 2 > tracks.count))
  }
}
