/// What is there already, and what is to be fetched from where.
public struct FetchPlan: Sendable, Hashable, Encodable {
  /// A source that is asked for tracks, unless those before it bring them.
  public struct Step: Sendable, Hashable, Encodable {
    /// `archive`, `file` or `folder`.
    public let kind: String
    /// What people call it.
    public let title: String
    /// Its servers.
    public let mirrors: [String]
    /// How many of the tracks that are missing it may have.
    public let tracks: Int
    /// What is known of its bytes: `size`, `md5`, `sha256`.
    public let known: [String]
  }

  /// The dataset.
  public let dataset: String
  /// Where it is put.
  public let folder: String
  /// The tracks that are wanted.
  public let tracks: Int
  /// Those that are there, and are what the manifest says as far as it says anything.
  public let present: Int
  /// Those that are there and are something else; they are replaced when the right ones have come.
  public let changed: Int
  /// Those among all for which the manifest has no checksum.
  public let unchecked: Int
  /// What is asked, in this order.
  public let steps: [Step]
}
