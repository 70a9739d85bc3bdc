import Corpus
import Files
import Glibc
import Wording

/// What all shards of a divided cache are prepared from and how, in `plan.json`: made by whoever
/// prepares first, and kept to by all others, on whatever machines.
public struct ShardPlan: Sendable, Hashable, Codable {
  static let schema = "lathe.plan/1"

  /// `lathe.plan/1`.
  public let schema: String
  /// How many shards there are.
  public var shards: Int
  /// The manifest, or what stands for it where the folders are the labels.
  public var manifest: ManifestReference
  /// The recipe, canonical JSON.
  public var recipe: String
  /// The fingerprint of each view of the recipe.
  public var fingerprints: [View: Fingerprint]
  /// What else was chosen, canonical JSON: see ``CacheDescription/choicesJSON``.
  public var choices: String
  /// Versions of the program.
  public var versions: [String: String]

  /// Makes a plan of parts.
  public init(
    shards: Int, manifest: ManifestReference, recipe: String, fingerprints: [View: Fingerprint],
    choices: String, versions: [String: String]
  ) {
    schema = Self.schema
    self.shards = shards
    self.manifest = manifest
    self.recipe = recipe
    self.fingerprints = fingerprints
    self.choices = choices
    self.versions = versions
  }

  /// The plan of the cache at a path; nil where there is none, so that the cache is not divided.
  ///
  /// - Throws: `CacheError` `.invalidRecord` where it is no plan, `.newerSchema`, `.system`.
  public static func read(at path: String) throws(CacheError) -> ShardPlan? {
    let file = "\(path)/\(Layout.plan)"
    guard try Folder.kind(path) == .folder, try Folder.kind(file) == .file,
      let json = try Folder.read(file)
    else { return nil }
    guard let plan = try? StrictJSON.decode(ShardPlan.self, from: json, named: file),
      plan.schema == schema, Shard.possibleCounts.contains(plan.shards)
    else {
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: file,
        detail: "it is no plan of the form \(schema)",
        hint: "remove it and prepare a shard again, which writes it anew")
    }
    return plan
  }

  /// Makes this the plan of the cache at a path, unless it has one: of several processes that begin
  /// at once, one makes it.
  ///
  /// - Returns: the plan that the cache has then.
  public func pin(at path: String) throws(CacheError) -> ShardPlan {
    if let plan = try Self.read(at: path) { return plan }
    try Cache.inspectFolder(path, access: .creating, store: .merged)
    let file = "\(path)/\(Layout.plan)"
    let own = "\(file).temporary-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    if try Folder.create(file, temporary: own, with: try json) { return self }
    return try Self.read(at: path) ?? self
  }

  /// Makes this the plan of the cache at a path, in place of one that it has.
  public func replace(at path: String) throws(CacheError) {
    try Folder.replace("\(path)/\(Layout.plan)", with: try json)
  }

  private var json: [UInt8] {
    get throws(CacheError) { try RecordJSON.encode(self) + [UInt8(ascii: "\n")] }
  }

  /// SHA-256 of the plan, by which the shards of one plan are told from those of another.
  public var hash: String {
    get throws(CacheError) { try Fingerprint(hashing: RecordJSON.encode(self)).hex }
  }

  /// All shards.
  public var allShards: [Shard] { (0..<shards).compactMap { Shard($0, of: shards) } }
}
