import Corpus
import Files
import Glibc
import Safetensors

/// What lay in the folder of audio when the shards of a cache were planned, in `listing.jsonl`: listed once, by
/// whoever prepares first, so that every other shard reads its own part and not the whole folder.
///
/// The first line is a header: schema, hash of the plan, and length and XXH3-64 of each part. The line after the next
/// `i` ones is the part of shard `i`, JSON of whoever prepares. It is used for that one plan only; where it is missing,
/// damaged or of another plan, the folder is listed instead.
public struct ShardListing: Sendable {
  /// What looked wrong in the whole of the collection, a line each.
  public let warnings: [String]
  /// SHA-256 of the manifest that was given for the listing; nil where the folders were the labels.
  public let given: String?
  private let file: String
  private let parts: [Part]
  /// Where the first part begins.
  private let start: Int

  private struct Part: Sendable, Codable {
    let bytes: Int
    let xxh3: String
  }

  private struct Header: Codable {
    let schema: String
    let plan: String
    let given: String?
    let warnings: [String]
    let parts: [Part]
  }

  private static let schema = "lathe.listing/1"
  /// The header of as many shards as there may be is much smaller.
  private static let longestHeader = 1 << 20

  private static func file(at path: String) -> String { "\(path)/\(Layout.listing)" }

  /// The listing of a plan; nil where there is none that can be used.
  ///
  /// - Parameter path: the cache.
  public static func open(at path: String, of plan: ShardPlan) throws(CacheError) -> ShardListing? {
    let file = file(at: path)
    guard try Folder.kind(file) == .file,
      let front = try Folder.read(file, at: 0, count: longestHeader),
      let end = front.firstIndex(of: UInt8(ascii: "\n")),
      let header = try? StrictJSON.decode(Header.self, from: front[..<end], named: file),
      header.schema == schema, header.plan == (try plan.hash), header.parts.count == plan.shards,
      header.parts.allSatisfy({ (0...(1 << 40)).contains($0.bytes) })
    else { return nil }
    return ShardListing(
      warnings: header.warnings, given: header.given, file: file, parts: header.parts,
      start: end + 1)
  }

  /// The part of a shard; nil where it is not what was written.
  public func part(_ shard: Shard) throws(CacheError) -> [UInt8]? {
    guard parts.indices.contains(shard.index) else { return nil }
    let part = parts[shard.index]
    let offset = parts[..<shard.index].reduce(start) { $0 + $1.bytes + 1 }
    guard let bytes = try Folder.read(file, at: offset, count: part.bytes),
      bytes.count == part.bytes, Self.checksum(bytes) == part.xxh3
    else { return nil }
    return bytes
  }

  /// Writes the listing of a plan, in place of an earlier one.
  ///
  /// - Parameters:
  ///   - parts: that of each shard, in their order, without a line break.
  ///   - warnings: see ``warnings``.
  ///   - given: see ``given``.
  ///   - path: the cache.
  public static func write(
    _ parts: [[UInt8]], warnings: [String], given: String?, of plan: ShardPlan, at path: String
  ) throws(CacheError) {
    let header = Header(
      schema: schema, plan: try plan.hash, given: given, warnings: warnings,
      parts: parts.map { Part(bytes: $0.count, xxh3: checksum($0)) })
    let file = file(at: path)
    let own = "\(file).temporary-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let lines = [try RecordJSON.encode(header)] + parts
    try Folder.replace(file, temporary: own, withLines: lines)
  }

  private static func checksum(_ bytes: [UInt8]) -> String {
    unsafe bytes.withUnsafeBytes { unsafe XXH3.text(XXH3.checksum($0)) }
  }
}

/// The turn of one of several processes to list the folder of audio, so that the others read what it writes.
public final class ListingTurn: Sendable {
  private let lock: ExclusiveLock?

  /// Takes the turn; nil while another process has it. Where the file system has no locks, everybody has it.
  ///
  /// - Parameter path: the cache; made where there is none.
  public init?(at path: String) throws(CacheError) {
    try Cache.inspectFolder(path, access: .creating, store: .merged)
    do throws(ExclusiveLock.Refusal) {
      lock = try ExclusiveLock("\(path)/\(Layout.lock)-listing")
    } catch {
      if case .held = error { return nil }
      lock = nil
    }
  }
}
