import LMDBStore
import Wording

extension Cache {
  /// Opens all shards of a divided cache, and the store of the whole.
  ///
  /// - Parameter shardsAt: the folder of the shards, where the store of the whole is written in another.
  static func openDivided(
    at path: String, _ plan: ShardPlan, for access: Access, shardsAt: String? = nil
  ) throws(CacheError) -> Cache {
    let home = shardsAt ?? path
    guard (Folder.size("\(path)/\(Layout.merged)") ?? 0) > 0 else {
      throw unmerged(home, try ShardCensus(at: home, plan).sentence)
    }
    let cache = try openStore(
      at: path, for: access, store: .merged, shard: nil, 1 << 30,
      with: try openShards(at: home, plan, for: access))
    let changed = try cache.changedShards()
    if changed.isEmpty { return cache }
    throw unmerged(
      home, "\(Words.counted(changed.count, "shard")) changed since: \(ArrayExpression(changed))")
  }

  /// Opens a divided cache to make the whole of it from its shards.
  ///
  /// - Parameter shardsAt: the folder of the shards, where the store of the whole is written in another.
  /// - Throws: `CacheError` as ``open(at:for:shard:initialMapSize:)``; `.unmerged` where a shard is missing.
  static func openForMerging(
    at path: String, _ plan: ShardPlan, shardsAt: String
  ) throws(CacheError) -> Cache {
    let cache = try openStore(
      at: path, for: .creating, store: .merged, shard: nil, 1 << 30,
      with: try openShards(at: shardsAt, plan, for: .reading))
    try cache.forgetOlderShards()
    return cache
  }

  /// What of a cache can be checked by itself: the cache, or of one whose shards are not merged as they are now
  /// the shards there are.
  ///
  /// - Throws: `CacheError` as ``open(at:for:shard:initialMapSize:)``, but for `.unmerged`.
  public static func parts(at path: String) throws(CacheError) -> [Cache] {
    do throws(CacheError) { return [try open(at: path, for: .reading)] } catch {
      guard error.kind == .unmerged, let plan = try ShardPlan.read(at: path) else { throw error }
      var parts: [Cache] = []
      for shard in plan.allShards where try exists(at: path, shard: shard) {
        parts.append(try open(at: path, for: .reading, shard: shard))
      }
      if parts.isEmpty { throw error }
      return parts
    }
  }

  /// Shards of a divided cache whose records say that they are done, and whose files are gone or are not those
  /// that were done.
  ///
  /// - Parameter parts: the shards that are there, as ``parts(at:)`` gives them.
  public static func shardProblems(
    at path: String, _ parts: [Cache]
  ) throws(CacheError) -> [CacheProblem] {
    guard let plan = try ShardPlan.read(at: path) else { return [] }
    var problems: [CacheProblem] = []
    let census = try ShardCensus(at: path, plan)
    for index in census.lost {
      problems.append(.init(Shard.file(index), "", "it was done, and its file is gone", .missing))
    }
    for (index, record) in census.done.sorted(by: { $0.key < $1.key }) {
      guard let part = parts.first(where: { $0.shard?.index == index }) else { continue }
      if !part.isBeingWritten, try part.mark() != record.mark {
        problems.append(
          .init(Shard.file(index), "", "its records are not those that it had when it was done"))
      }
    }
    return problems
  }

  /// Takes what is damaged out of the store of the whole of a divided cache, so that a merge can make it again;
  /// splits that are damaged are lost.
  ///
  /// - Returns: what was found; empty where nothing is damaged, or there is no such store yet.
  public static func repairWhole(
    at path: String, _ plan: ShardPlan, in location: WritingLocation = .automatic
  ) throws(CacheError) -> [CacheProblem] {
    guard (Folder.size("\(path)/\(Layout.merged)") ?? 0) > 0 else { return [] }
    let scratch = try location.scratchStore(of: path, .merged)
    let written = scratch?.path ?? path
    _ = try rebuild(at: written, store: .merged)
    let whole = try openStore(at: written, for: .writing, store: .merged, shard: nil, 1 << 30)
    let problems = try whole.verify()
    try whole.repair(problems)
    try scratch?.bringBack()
    return problems
  }

  private static func openShards(
    at path: String, _ plan: ShardPlan, for access: Access
  ) throws(CacheError) -> [StoreState] {
    let isLoading = access == .loading
    let isShared = ScratchStore.sharedFileSystem(of: path) != nil
    var shards: [StoreState] = []
    for shard in plan.allShards {
      let file = "\(path)/\(shard.file)"
      guard (Folder.size(file) ?? 0) > 0 else {
        throw unmerged(path, try ShardCensus(at: path, plan).sentence)
      }
      let environment = try inStore { () throws(StoreError) in
        // Its state stays the one of now, so that its map never has to follow a writer.
        try Environment(
          path: file,
          options: .init(
            isReadOnly: true, withoutReadAhead: isLoading, keepsPagesMapped: isLoading,
            withoutLocks: isShared))
      }
      shards.append(try StoreState(of: environment, databases: nil))
    }
    return shards
  }

  private static func unmerged(_ path: String, _ detail: String) -> CacheError {
    refusal(.unmerged, path, detail, "run \(Words.command(["lathe", "merge", path]))")
  }
}
