import Corpus
import Files

/// What a shard has come to, in `shard-00003.done.json` beside it: written when all of it is on the
/// disk, and taken away before anything of it is changed.
public struct ShardRecord: Sendable, Hashable, Codable {
  static let schema = "lathe.shard/1"

  /// `lathe.shard/1`.
  public let schema: String
  /// Which shard, such as `3/64`.
  public var shard: String
  /// SHA-256 of the plan that it was prepared by: see ``ShardPlan/hash``.
  public var plan: String
  /// What its records sum up to: see ``ShardMark``.
  public var mark: String
  /// The digest of its content: see ``Cache/digest()``.
  public var digest: String
  /// Tracks.
  public var tracks: Int
  /// Slices of each view.
  public var slices: [View: Int]
  /// Bytes in use in its file.
  public var bytes: Int
  /// The files that could not be used, each with its reason.
  public var quarantine: [QuarantineRecord]
  /// How many tracks are left out.
  public var dropped: Int
  /// Seconds from the beginning to the end of the run that ended it.
  public var seconds: Double
  /// Seconds of processor time of that run.
  public var processorSeconds: Double
  /// When it ended, ISO 8601.
  public var endedAt: String
  /// The machine.
  public var host: String
  /// Versions of the program.
  public var versions: [String: String]

  /// Makes a record of parts.
  public init(
    shard: Shard, plan: String, mark: String, digest: String, tracks: Int, slices: [View: Int],
    bytes: Int, quarantine: [QuarantineRecord], dropped: Int, seconds: Double,
    processorSeconds: Double, endedAt: String, host: String, versions: [String: String]
  ) {
    schema = Self.schema
    self.shard = shard.description
    self.plan = plan
    self.mark = mark
    self.digest = digest
    self.tracks = tracks
    self.slices = slices
    self.bytes = bytes
    self.quarantine = quarantine
    self.dropped = dropped
    self.seconds = seconds
    self.processorSeconds = processorSeconds
    self.endedAt = endedAt
    self.host = host
    self.versions = versions
  }

  private static func file(_ shard: Shard, at path: String) -> String {
    "\(path)/\(Shard.stem(shard.index)).done.json"
  }

  /// The record of a shard of the cache at a path; nil where the shard is not done, or what lies
  /// there is no such record.
  ///
  /// - Throws: `CacheError` `.system`.
  public static func read(_ shard: Shard, at path: String) throws(CacheError) -> ShardRecord? {
    let file = file(shard, at: path)
    guard try Folder.kind(file) == .file, let json = try Folder.read(file),
      let record = try? StrictJSON.decode(ShardRecord.self, from: json, named: file),
      record.schema == schema, record.shard == shard.description
    else { return nil }
    return record
  }

  /// Says that a shard of the cache at a path is done.
  public func write(_ shard: Shard, at path: String) throws(CacheError) {
    try Folder.replace(
      Self.file(shard, at: path), with: try RecordJSON.encode(self) + [UInt8(ascii: "\n")])
  }

  /// Says that a shard of the cache at a path is not done any more.
  public static func remove(_ shard: Shard, at path: String) throws(CacheError) {
    try Folder.remove(file(shard, at: path))
  }
}
