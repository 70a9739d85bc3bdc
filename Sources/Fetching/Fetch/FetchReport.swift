/// What a fetch came to.
public struct FetchReport: Sendable, Hashable, Encodable {
  /// A track that came and was not taken.
  public struct Refusal: Sendable, Hashable, Encodable {
    /// Its id.
    public let id: String
    /// Its path.
    public let path: String
    /// Why.
    public let reason: String
    /// Where it came from.
    public let source: String
  }

  /// The dataset.
  public var dataset = ""
  /// Where it was put.
  public var folder = ""
  /// The tracks that are wanted.
  public var tracks = 0
  /// Those that were there before.
  public var present = 0
  /// Those that came from servers.
  public var fetched = 0
  /// Those that came from files that one already had.
  public var taken = 0
  /// Those among all for which the manifest has no checksum.
  public var unchecked = 0
  /// The tracks that came from nowhere, as paths in byte order.
  public var missing: [String] = []
  /// The tracks among the missing ones that came and are not what the manifest says, in byte order.
  public var refused: [Refusal] = []
  /// Files beside the tracks that are there now.
  public var files: [String] = []
  /// Files beside the tracks that did not come.
  public var absentFiles: [String] = []
  /// Why sources failed, each in a line.
  public var failures: [String] = []
  /// Bytes that came from servers and were kept.
  public var receivedBytes = 0
  /// How long it took.
  public var seconds = 0.0

  /// Whether all is there that was wanted, whatever failed on the way.
  public var isComplete: Bool { missing.isEmpty && absentFiles.isEmpty }

  /// Whether every source did what it could: what is missing is nowhere, or is not what the manifest says.
  public var isExhausted: Bool { failures.isEmpty }
}
