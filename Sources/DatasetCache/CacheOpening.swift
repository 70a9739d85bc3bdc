import Files
import LMDBStore

extension Cache {
  /// Opens a cache, or makes one.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - access: What for.
  ///   - shard: One shard, as a cache by itself; nil for the whole, however it is divided.
  ///   - initialMapSize: Bytes of address space for the first map of a writer; it grows.
  /// - Throws: `CacheError`: `.notFound`, `.isAFile`, `.notACache` (also a folder that holds
  ///   something else), `.unfinished`, `.unmerged` (a divided cache whose shards are not merged as they are
  ///   now), `.newerSchema`, `.locked` (by the process it names), `.damaged`, `.noSpace`, `.system`.
  public static func open(
    at path: String, for access: Access, shard: Shard? = nil, initialMapSize: Int = 4 << 30
  ) throws(CacheError) -> Cache {
    if let shard {
      let cache = try openStore(
        at: path, for: access, store: .shard(shard), shard: shard, initialMapSize)
      try cache.checkShard(shard)
      return cache
    }
    guard let plan = try ShardPlan.read(at: path), plan.shards > 1 else {
      return try openStore(at: path, for: access, store: .only, shard: nil, initialMapSize)
    }
    return try openDivided(at: path, plan, for: access)
  }

  static func openStore(
    at path: String, for access: Access, store: StoreFiles, shard: Shard?, _ initialMapSize: Int,
    with shards: [StoreState] = []
  ) throws(CacheError) -> Cache {
    try inspectFolder(path, access: access, store: store)
    let isLoading = access == .loading
    let lock =
      access.isReadOnly ? nil : try ExclusiveLock(path: "\(path)/\(store.lock)", cache: path)
    let environment: Environment
    do throws(StoreError) {
      environment = try Environment(
        path: "\(path)/\(store.file)",
        options: .init(
          isReadOnly: access.isReadOnly, withoutReadAhead: isLoading,
          keepsPagesMapped: isLoading, mapsAhead: isLoading, allowsBriefWrites: isLoading,
          withoutLocks: access.isReadOnly && ScratchStore.sharedFileSystem(of: path) != nil,
          initialMapSize: initialMapSize))
    } catch {
      throw CacheError(error)
    }
    let cache = Cache(
      path: path, access: access, shard: shard, store: store, environment: environment,
      shards: shards, lock: lock)
    try cache.checkSchema()
    return cache
  }

  static func refusal(
    _ kind: CacheError.Kind, _ path: String, _ detail: String, _ hint: String
  ) -> CacheError {
    CacheError(kind: kind, operation: "open the cache", subject: path, detail: detail, hint: hint)
  }

  /// Whether there is a cache, or a shard of one, at a path: false where one could be made. Nothing is written.
  ///
  /// - Throws: `CacheError` `.isAFile`, `.notACache` for a folder that holds something else.
  public static func exists(at path: String, shard: Shard? = nil) throws(CacheError) -> Bool {
    guard try Folder.kind(path) != .missing else { return false }
    let store: StoreFiles
    if let shard {
      store = .shard(shard)
    } else {
      store = try ShardPlan.read(at: path).map { $0.shards > 1 } == true ? .merged : .only
    }
    try inspectFolder(path, access: .creating, store: store)
    return (Folder.size("\(path)/\(store.file)") ?? 0) > 0
  }

  /// Refuses a folder that is no cache before anything is written to it, and makes the folder.
  static func inspectFolder(
    _ path: String, access: Access, store: StoreFiles
  ) throws(CacheError) {
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
    if let size = Folder.size("\(path)/\(store.file)"), size > 0 { return }
    let names = try Folder.names(path)
    if let foreign = names.first(where: { !Layout.isOwnFile($0) }) {
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
    let state = try state(nil).home
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
    if !state.isCovered, !access.isReadOnly { try coverRecords() }
  }

  /// Puts a cache of an earlier version under checksums, as it is now, in one transaction.
  private func coverRecords() throws(CacheError) {
    try write(makesChecksums: true) { transaction throws(StoreError) in
      try transaction.coverEverything()
      try transaction.put(Layout.schema, for: "schema", in: Layout.meta)
    }
  }
}
