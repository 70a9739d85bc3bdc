/// One audio file with its label.
public struct Track: Sendable, Hashable, Codable {
  /// What the track is called everywhere: unique in its manifest, at most 511 bytes.
  public var id: String
  /// Where the file lies, relative to the audio folder, with "/" between the components.
  public var path: String
  /// The class of the track; for GTZAN its genre.
  public var label: String
  /// The published MD5 of the file's bytes, 32 lower-case hexadecimal digits.
  public var md5: String?
  /// What must not straddle two sides of a split: recording, replicas, artist.
  public var group: String?
  /// Who plays, where that is known.
  public var artist: String?
  /// What is played, where that is known.
  public var title: String?

  /// A track as given; a ``Manifest`` checks its tracks when it is made.
  public init(
    id: String, path: String, label: String, md5: String? = nil, group: String? = nil,
    artist: String? = nil, title: String? = nil
  ) {
    self.id = id
    self.path = path
    self.label = label
    self.md5 = md5
    self.group = group
    self.artist = artist
    self.title = title
  }
}
