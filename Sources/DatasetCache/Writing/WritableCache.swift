/// A cache that is open for writing, in its own folder or in a scratch folder.
///
/// What was written counts when ``finish()`` has returned. Without it, what was stored in the cache's own folder
/// stays, and what was stored in a scratch folder is gone.
public final class WritableCache: Sendable {
  /// The cache to write to; its path is that of the scratch folder, where there is one.
  public let cache: Cache
  private let scratch: ScratchStore?

  private init(_ cache: Cache, _ scratch: ScratchStore?) {
    self.cache = cache
    self.scratch = scratch
  }

  /// Opens a cache, or a shard of one.
  ///
  /// - Parameters:
  ///   - path: the folder of the cache.
  ///   - access: `.writing` or `.creating`.
  ///   - shard: one shard, as a cache by itself; nil for the whole, however it is divided.
  ///   - location: where it is written.
  /// - Throws: `CacheError` as ``Cache/open(at:for:shard:initialMapSize:)``.
  public convenience init(
    at path: String, for access: Cache.Access = .writing, shard: Shard? = nil,
    in location: WritingLocation
  ) throws(CacheError) {
    if shard == nil, let plan = try ShardPlan.read(at: path), plan.shards > 1 {
      let scratch = try location.scratchStore(of: path, .merged)
      self.init(
        try Cache.openDivided(at: scratch?.path ?? path, plan, for: access, shardsAt: path),
        scratch)
      return
    }
    if access == .writing {
      try Cache.inspectFolder(
        path, access: access, store: shard.map(StoreFiles.shard) ?? .only)
    }
    let scratch = try location.scratchStore(of: path, shard: shard)
    self.init(try Cache.open(at: scratch?.path ?? path, for: access, shard: shard), scratch)
  }

  /// Opens a divided cache to make the whole of it from its shards.
  ///
  /// - Throws: `CacheError` as ``Cache/open(at:for:shard:initialMapSize:)``; `.unmerged` where a shard is missing.
  public convenience init(
    merging path: String, _ plan: ShardPlan, in location: WritingLocation
  ) throws(CacheError) {
    let scratch = try location.scratchStore(of: path, .merged)
    self.init(
      try Cache.openForMerging(at: scratch?.path ?? path, plan, shardsAt: path), scratch)
  }

  /// Brings what was written to the cache's own folder.
  ///
  /// - Throws: `CacheError` `.noSpace`, `.system`; the cache is as it was then.
  public func finish() throws(CacheError) { try scratch?.bringBack() }
}
