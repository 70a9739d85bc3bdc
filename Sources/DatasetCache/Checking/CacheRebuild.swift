import Files
import Glibc
import LMDBStore

/// What came of making a cache's shard anew.
public struct CacheRebuilding: Sendable, Hashable {
  /// What was damaged in the old one, a line each; the first hundred.
  public let flaws: [String]
  /// How many records and values the new one has.
  public let kept: Int
  /// Whether the recipe was among what could be read. Without it the next preparation must
  /// be given one.
  public let hasRecipe: Bool
}

extension Cache {
  /// Makes the shard of a cache anew where its pages are damaged, from what can be read of them.
  /// Then ``verify()`` and ``repair(_:)`` take out what does not go together, and a preparation
  /// makes what is missing.
  ///
  /// The new shard is written beside the old one, which takes as much space again, and then takes
  /// its place: a kill in between leaves the old one.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - shard: the shard of a divided cache; nil for the store of a cache that is not divided.
  /// - Returns: what was found; nil where the pages are sound, and nothing was done.
  /// - Throws: `CacheError` `.notFound`, `.notACache`, `.locked`, `.noSpace`, `.system`.
  public static func rebuild(
    at path: String, shard: Shard? = nil
  ) throws(CacheError) -> CacheRebuilding? {
    try rebuild(at: path, store: shard.map(StoreFiles.shard) ?? .only)
  }

  static func rebuild(
    at path: String, store: StoreFiles
  ) throws(CacheError) -> CacheRebuilding? {
    try inspectFolder(path, access: .writing, store: store)
    let lock = try ExclusiveLock(path: "\(path)/\(store.lock)", cache: path)
    defer { withExtendedLifetime(lock) {} }
    let shard = "\(path)/\(store.file)"
    if try inStore({ () throws(StoreError) in try hasSoundPages(shard) }) {
      // Where the checksums are gone as a whole, there is nothing by which a record could be
      // trusted.
      _ = try inStore { () throws(StoreError) in try completeMeta(shard, schemaMayBeLost: false) }
      return nil
    }
    let new = "\(path)/\(store.rebuilt)"
    func removeNew() { for file in [new, "\(new)-lock"] { unsafe unlink(file) } }
    removeNew()
    defer { removeNew() }
    let outcome = try inStore { () throws(StoreError) in
      try StoreRebuild.copy(from: shard, to: new)
    }
    let hasRecipe = try inStore { () throws(StoreError) in
      try completeMeta(new, schemaMayBeLost: true)
    }
    // Readers of the old shard keep its table of readers; the new one gets its own.
    unsafe unlink("\(shard)-lock")
    if unsafe rename(new, shard) != 0 {
      throw CacheError(system: errno, operation: "replace", subject: shard)
    }
    Files.syncFolder(of: shard)
    return CacheRebuilding(
      flaws: outcome.flaws.map(\.description), kept: outcome.kept.values.reduce(0, +),
      hasRecipe: hasRecipe)
  }

  /// The pages' flaws as problems of the cache.
  func pageProblems() throws(CacheError) -> [CacheProblem] {
    var problems: [CacheProblem] = []
    let files =
      [(store.file, environment)]
      + shards.enumerated().map {
        (Shard.file($0), $1.snapshot.environment)
      }
    for (file, environment) in files {
      problems += try inStore { () throws(StoreError) in try environment.pageFlaws() }
        .map { CacheProblem(file, "", $0.description) }
    }
    return problems
  }

  private static func hasSoundPages(_ shard: String) throws(StoreError) -> Bool {
    do throws(StoreError) {
      return try Environment(path: shard, options: .init(isReadOnly: true)).pageFlaws().isEmpty
    } catch {
      switch error.kind {
      case .damaged, .truncated, .notAStore, .versionMismatch, .unbegun: return false
      default: throw error
      }
    }
  }

  /// Puts the schema where it was lost, and the databases of the checksums. Records of another
  /// schema, and those whose checksums were lost, are found by ``verify()``.
  ///
  /// - Returns: whether the recipe is there.
  private static func completeMeta(
    _ shard: String, schemaMayBeLost: Bool
  ) throws(StoreError) -> Bool {
    let environment = try Environment(path: shard)
    let names = try environment.databaseNames()
    return try environment.write { transaction throws(StoreError) in
      var schema: [UInt8]?
      if let meta = try transaction.existingDatabase(named: Layout.meta) {
        schema = copy(try transaction.value(for: "schema", in: meta))
      }
      let hadChecksums = names.contains(Layout.checksums) || names.contains(Layout.totals)
      let isCovered = schema.map { $0 == Layout.schema } ?? (schemaMayBeLost && hadChecksums)
      return try transaction.writeRecords(makesChecksums: isCovered) {
        records throws(StoreError) in
        if schema == nil, schemaMayBeLost {
          try records.put(
            isCovered ? Layout.schema : Layout.firstSchema, for: "schema", in: Layout.meta)
        }
        return try records.contains("recipe", in: Layout.meta)
      }
    }
  }
}
