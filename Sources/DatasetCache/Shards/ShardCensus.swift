import Wording

/// Which shards of a plan are done.
public struct ShardCensus: Sendable {
  /// The records of those that are done by this plan.
  public let done: [Int: ShardRecord]
  /// The numbers of the others.
  public let missing: [Int]
  /// Those of them that were done, and whose files are gone.
  public let lost: [Int]
  private let shards: Int

  /// Reads the shards' records.
  ///
  /// - Parameter shard: the one whose record is read; nil for all.
  public init(
    at path: String, _ plan: ShardPlan, only shard: Shard? = nil
  ) throws(CacheError) {
    var done: [Int: ShardRecord] = [:]
    var missing: [Int] = []
    var lost: [Int] = []
    let hash = try plan.hash
    for shard in shard.map({ [$0] }) ?? plan.allShards {
      guard let record = try ShardRecord.read(shard, at: path), record.plan == hash else {
        missing.append(shard.index)
        continue
      }
      if (Folder.size("\(path)/\(shard.file)") ?? 0) > 0 {
        done[shard.index] = record
      } else {
        missing.append(shard.index)
        lost.append(shard.index)
      }
    }
    self.done = done
    self.missing = missing
    self.lost = lost
    shards = plan.shards
  }

  /// The numbers of all shards that a merge cannot use: those that are not done, and those whose records are not
  /// the ones that they had when they were done.
  ///
  /// - Parameter path: the cache.
  /// - Throws: `CacheError` where a shard cannot be read.
  public func unusable(at path: String) throws(CacheError) -> [Int] {
    var unusable = missing
    for (index, record) in done {
      guard let shard = Shard(index, of: shards) else { continue }
      let mark = try Cache.open(at: path, for: .reading, shard: shard).mark()
      if mark != record.mark { unusable.append(index) }
    }
    return unusable.sorted()
  }

  var sentence: String {
    missing.isEmpty
      ? "its \(Words.counted(shards, "shard")) are done and not merged"
      : "\(done.count) of its \(Words.counted(shards, "shard")) are done; missing: "
        + "\(ArrayExpression(missing))"
  }
}
