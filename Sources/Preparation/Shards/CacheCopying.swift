public import Corpus
public import DatasetCache
internal import Files
internal import Foundation
internal import Glibc

/// Writes what a cache holds into a new one of another number of shards; nothing is computed again,
/// and the digest is the same.
public struct CacheCopying: Sendable {
  /// The cache.
  public var cachePath: String
  /// The folder of the new one.
  public var newPath: String
  /// How many shards the new one has; 1 for a cache that is not divided.
  public var shards: Int
  /// Where its stores are written before they are brought to its own folder.
  public var scratch = WritingLocation.automatic

  /// A copy of a cache into a new folder.
  public init(cachePath: String, newPath: String, shards: Int = 1) {
    self.cachePath = cachePath
    self.newPath = newPath
    self.shards = shards
  }

  /// Does it: the new folder has its name when it is whole, and not before.
  ///
  /// - Parameters:
  ///   - onProgress: gets how many bytes were copied so far.
  ///   - cancellation: leaves nothing.
  /// - Returns: whether it came to its end.
  /// - Throws: ``PreparationError`` where the cache cannot be read or the new one written.
  public func run(
    onProgress: (Int) -> Void = { _ in }, cancellation: Cancellation = Cancellation()
  ) throws(PreparationError) -> Bool {
    let whole = try onCache { () throws(CacheError) -> Cache in
      guard Shard.possibleCounts.contains(shards) else {
        throw failure(
          .unknownName, "\(shards) shards", "give 1 to \(Shard.possibleCounts.upperBound)")
      }
      return try Cache.open(at: cachePath, for: .reading).snapshot()
    }
    let unfinished = "\(newPath).unfinished"
    try onFiles(newPath) { () throws(FileError) in
      if try Files.kind(newPath) != .missing {
        throw FileError(.system(EEXIST), "create", newPath)
      }
    }
    // What a killed run left.
    try? FileManager.default.removeItem(atPath: unfinished)
    var bytes = 0
    let isDone = try copy(whole, to: unfinished) { more in
      bytes += more
      onProgress(bytes)
      return !cancellation.isCancelled
    }
    guard isDone else {
      try? FileManager.default.removeItem(atPath: unfinished)
      return false
    }
    try onFiles(newPath) { () throws(FileError) in
      if rename(unfinished, newPath) != 0 { throw FileError(.system(errno), "create", newPath) }
      Files.syncFolder(of: newPath)
    }
    return true
  }

  private func copy(
    _ whole: Cache, to path: String, _ onProgress: (Int) -> Bool
  ) throws(PreparationError) -> Bool {
    guard shards > 1 else {
      return try onCache { () throws(CacheError) in
        let writing = try WritableCache(at: path, for: .creating, in: scratch)
        let cache = writing.cache
        guard try cache.copyTracks(of: whole, onProgress: onProgress) else { return false }
        try cache.copyWhole(of: whole)
        if let card = try card(of: whole) { try cache.writeCard(card) }
        try writing.finish()
        return true
      }
    }
    let plan = try self.plan(of: whole)
    _ = try onCache { () throws(CacheError) in try plan.pin(at: path) }
    for shard in plan.allShards {
      guard try copy(shard, plan, of: whole, to: path, onProgress) else { return false }
    }
    return try onCache { () throws(CacheError) in
      let writing = try WritableCache(merging: path, plan, in: scratch)
      let cache = writing.cache
      try cache.copyWhole(of: whole)
      try cache.keepShardMarks()
      if let card = try card(of: whole) { try cache.writeCard(card) }
      try writing.finish()
      return true
    }
  }

  private func copy(
    _ shard: Shard, _ plan: ShardPlan, of whole: Cache, to path: String,
    _ onProgress: (Int) -> Bool
  ) throws(PreparationError) -> Bool {
    let meter = RunMeter()
    let (writing, isDone) = try onCache { () throws(CacheError) in
      let writing = try WritableCache(at: path, for: .creating, shard: shard, in: scratch)
      let cache = writing.cache
      if let description = try whole.description() {
        try cache.describe(description, wholeManifest: try whole.wholeManifest())
      }
      return (writing, try cache.copyTracks(of: whole, onProgress: onProgress))
    }
    guard isDone else { return false }
    let cache = writing.cache
    let records = try onCache { () throws(CacheError) in try cache.soundRecords() }
    try plan.end(shard, of: cache, try SettledCache(ofShard: cache, records: records), meter)
    try onCache { () throws(CacheError) in try writing.finish() }
    return true
  }

  private func plan(of whole: Cache) throws(PreparationError) -> ShardPlan {
    try onCache { () throws(CacheError) -> ShardPlan in
      guard let description = try whole.description() else {
        throw failure(.unfinished, "it was never prepared", "run lathe prepare")
      }
      return ShardPlan(
        shards: shards, manifest: description.manifest,
        recipe: String(decoding: description.recipeJSON, as: UTF8.self),
        fingerprints: description.fingerprints,
        choices: String(decoding: description.choicesJSON ?? [], as: UTF8.self),
        versions: ["lathe": latheVersion])
    }
  }

  /// The card, which is the same for both but for the bytes in use.
  private func card(of whole: Cache) throws(CacheError) -> Card? { try whole.card() }

  private func failure(_ kind: CacheError.Kind, _ detail: String, _ hint: String) -> CacheError {
    CacheError(kind: kind, operation: "copy", subject: cachePath, detail: detail, hint: hint)
  }

  private func onFiles<Output>(
    _ path: String, _ body: () throws(FileError) -> Output
  ) throws(PreparationError) -> Output {
    do throws(FileError) { return try body() } catch {
      throw .cache(
        CacheError(
          kind: .system, operation: error.operation, subject: path, detail: "\(error)",
          hint: "give a folder that is not there yet"))
    }
  }
}
