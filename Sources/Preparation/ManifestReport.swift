/// What a folder of audio looks like beside a manifest: every difference, not only the first.
public struct ManifestReport: Sendable, Hashable, Encodable {
  /// One file, link or folder with something to say about it.
  public struct Finding: Sendable, Hashable, Encodable {
    /// Its path, relative to the audio folder.
    public let path: String
    /// The track that it is, where the manifest names it.
    public let id: String?
    /// A stable word for what is wrong.
    public let code: String
    /// What is wrong.
    public let detail: String
    /// What to do about it.
    public let hint: String
  }

  /// The name of the dataset.
  public let name: String
  /// Tracks that the manifest names.
  public let tracks: Int
  /// Tracks whose files are in the folder.
  public let present: Int
  /// Tracks whose files are not, in byte order of their ids.
  public let absent: [String]
  /// Files whose MD5 is not the published one.
  public let changed: [Finding]
  /// Files that cannot be used as audio: by their headers, or throughout in a deep check.
  public let undecodable: [Finding]
  /// Files unlike the others in rate, channels or duration; see ``ManifestCheck``.
  public let odd: [Finding]
  /// Audio files that the manifest does not name.
  public let unlisted: [String]
  /// Links and folders that could not be followed.
  public let unreachable: [Finding]
  /// What most files have in common, and what was not judged because they differ.
  public let remarks: [String]
  /// Whether everything was decoded.
  public let isDeep: Bool
  /// The number of findings, absent tracks not counted.
  public let problems: Int
}
