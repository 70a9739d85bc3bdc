import Files
import LMDBStore

/// A prepared dataset: records, values of views, splits and quarantine, in one folder.
///
/// One process at a time writes to a cache, any number read it meanwhile. Within a process it is
/// open once; its readers may be on any thread, its writes on one thread at a time (a dedicated
/// one is best). What a call stores is on disk, all of it or nothing, when the call returns.
public final class Cache: Sendable {
  /// What a cache is opened for.
  public enum Access: Sendable, Hashable {
    /// Reading; the cache must exist.
    case reading
    /// Reading the same values again and again, as a loader does; the cache must exist. Pages that were
    /// touched stay mapped, the system reads nothing ahead that nobody asks for, a writer of another
    /// process may let the file grow, and ``CacheSamples/keep(_:)`` can keep statistics.
    case loading
    /// Reading and writing; the cache must exist.
    case writing
    /// Reading and writing; made where there is nothing or an empty folder, and where an earlier
    /// making did not end.
    case creating
  }

  /// The folder.
  public let path: String
  /// What it was opened for.
  public let access: Access
  let environment: Environment
  private let lock: ExclusiveLock?
  /// The one state that is read, where this is a cache as it was at a moment.
  private let pinned: CacheState?

  /// Opens a cache, or makes one.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: What for.
  ///   - initialMapSize: Bytes of address space for the first map of a writer; it grows.
  /// - Throws: `CacheError`: `.notFound`, `.isAFile`, `.notACache` (also a folder that holds
  ///   something else), `.unfinished`, `.newerSchema`, `.locked` (by the process it names),
  ///   `.damaged`, `.noSpace`, `.system`.
  public static func open(
    at path: String, for access: Access, initialMapSize: Int = 4 << 30
  ) throws(CacheError) -> Cache {
    try inspectFolder(path, access: access)
    let isLoading = access == .loading
    let isReadOnly = isLoading || access == .reading
    let lock = isReadOnly ? nil : try ExclusiveLock(path: "\(path)/\(Layout.lock)", cache: path)
    let environment: Environment
    do throws(StoreError) {
      environment = try Environment(
        path: "\(path)/\(Layout.shard)",
        options: .init(
          isReadOnly: isReadOnly, withoutReadAhead: isLoading, keepsPagesMapped: isLoading,
          mapsAhead: isLoading, allowsBriefWrites: isLoading, initialMapSize: initialMapSize))
    } catch {
      throw CacheError(error)
    }
    let cache = Cache(path: path, access: access, environment: environment, lock: lock)
    try cache.checkSchema()
    return cache
  }

  private init(
    path: String, access: Access, environment: Environment, lock: ExclusiveLock?,
    pinned: CacheState? = nil
  ) {
    self.path = path
    self.access = access
    self.environment = environment
    self.lock = lock
    self.pinned = pinned
  }

  /// The cache as it is at this moment, for reading: whatever any process stores meanwhile does not show,
  /// so that what is read in many calls fits together.
  ///
  /// While it lives, pages that a writer frees are not used again, so the file of a cache that is being
  /// prepared grows more; and a writer of this process may have to wait for it. The card is a file of its
  /// own, and no part of the state.
  public func snapshot() throws(CacheError) -> Cache {
    if pinned != nil { return self }
    return Cache(
      path: path, access: .reading, environment: environment, lock: nil,
      pinned: try CacheState(of: environment, databases: nil))
  }

  private static func refusal(
    _ kind: CacheError.Kind, _ path: String, _ detail: String, _ hint: String
  ) -> CacheError {
    CacheError(kind: kind, operation: "open the cache", subject: path, detail: detail, hint: hint)
  }

  /// Whether there is a cache at a path: false where one could be made. Nothing is written.
  ///
  /// - Throws: `CacheError` `.isAFile`, `.notACache` for a folder that holds something else.
  public static func exists(at path: String) throws(CacheError) -> Bool {
    guard try Folder.kind(path) != .missing else { return false }
    try inspectFolder(path, access: .creating)
    return (Folder.size("\(path)/\(Layout.shard)") ?? 0) > 0
  }

  /// Refuses a place that is no cache before anything is written to it, and makes the folder.
  static func inspectFolder(_ path: String, access: Access) throws(CacheError) {
    switch try Folder.kind(path) {
    case .file, .other:
      throw refusal(.isAFile, path, "it is a file", "give the path of a folder")
    case .missing:
      guard access == .creating else {
        throw refusal(.notFound, path, "there is nothing", "prepare it first, or check the path")
      }
      return try Folder.make(path)
    case .folder: break
    }
    let shardSize = Folder.size("\(path)/\(Layout.shard)")
    if let shardSize, shardSize > 0 { return }
    let names = try Folder.names(path)
    if let foreign = names.first(where: { !Layout.ownFiles.contains($0) }) {
      throw refusal(
        .notACache, path, "the folder holds other things, such as '\(foreign)'",
        "give a new or an empty folder")
    }
    guard access == .creating else {
      throw names.isEmpty
        ? refusal(.notACache, path, "the folder is empty", "prepare it first, or check the path")
        : unfinished(path)
    }
  }

  private static func unfinished(_ path: String) -> CacheError {
    refusal(
      .unfinished, path, "its preparation ended before anything was stored",
      "run the preparation again")
  }

  private func checkSchema() throws(CacheError) {
    let state = try state(nil)
    guard let schema = unsafe try state.rawValue(of: "schema", in: Layout.meta) else {
      guard state.names.isEmpty else {
        throw Self.refusal(
          .notACache, path, "its shard is a store of another program",
          "give a new or an empty folder")
      }
      guard access == .creating else { throw Self.unfinished(path) }
      return try write(makesChecksums: true) { transaction throws(StoreError) in
        try transaction.put(Layout.schema, for: "schema", in: Layout.meta)
      }
    }
    let found = unsafe String(decoding: schema, as: UTF8.self)
    guard found.hasPrefix(Layout.schemaPrefix),
      let version = Int(found.dropFirst(Layout.schemaPrefix.count)), version > 0
    else {
      throw Self.refusal(
        .notACache, path, "its schema is '\(found)'", "give the path of a cache of lathe")
    }
    guard version <= Layout.schemaVersion else {
      throw Self.refusal(
        .newerSchema, path,
        "its schema is \(found), and this program knows up to "
          + "\(Layout.schemaPrefix)\(Layout.schemaVersion)",
        "use a newer lathe, or prepare it again in another folder")
    }
    if version > 1, !state.isCovered {
      throw Self.refusal(
        .damaged, path, "the checksums of its records are gone",
        CacheError.repairHint)
    }
    if !state.isCovered, access == .creating || access == .writing { try coverRecords() }
  }

  /// Puts a cache of an earlier version under checksums, as it is now, in one transaction.
  private func coverRecords() throws(CacheError) {
    try write(makesChecksums: true) { transaction throws(StoreError) in
      try transaction.coverEverything()
      try transaction.put(Layout.schema, for: "schema", in: Layout.meta)
    }
  }

  // MARK: What the extensions share

  /// The state of now, or the one that this cache is pinned to.
  ///
  /// - Parameter names: the databases that will be read; nil for all.
  func state(_ names: [String]?) throws(CacheError) -> CacheState {
    if let pinned { return pinned }
    return try CacheState(
      of: environment, databases: names.map { $0 + [Layout.checksums, Layout.totals] })
  }

  /// A copy of a value, or nil.
  func bytes(for key: String, in name: String) throws(CacheError) -> [UInt8]? {
    try state([name]).bytes(of: key, in: name)
  }

  /// Every key of a database with a copy of its value, in the order of the keys.
  func entries(of name: String) throws(CacheError) -> [(key: String, value: [UInt8])] {
    try state([name]).entries(of: name)
  }

  /// Whether this is the cache as it was at a moment.
  var isSnapshot: Bool { pinned != nil }

  func put(_ value: [UInt8], for key: String, in name: String) throws(CacheError) {
    try write { transaction throws(StoreError) in
      try transaction.put(value, for: key, in: name)
    }
  }
}

/// A copy of borrowed bytes.
func copy(_ span: RawSpan?) -> [UInt8]? {
  guard let span else { return nil }
  return unsafe span.withUnsafeBytes { unsafe Array($0) }
}
