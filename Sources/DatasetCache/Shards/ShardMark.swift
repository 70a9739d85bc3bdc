import LMDBStore

/// What the records of a shard sum up to: SHA-256 of the names of its databases of tracks and
/// files, each with the number of its records and the sum of their checksums (``RecordTotal``), 64
/// hex digits.
///
/// It changes with every record and value of a shard, and is read without them: by it a shard is
/// known as the one that was merged.
enum ShardMark {
  /// - Complexity: O(databases).
  static func mark(of state: StoreState) throws(CacheError) -> String {
    var hash = try SHA256()
    try state.rawWalk(Layout.totals) { (key, total) throws(CacheError) in
      let name = String(decoding: copy(key) ?? [], as: UTF8.self)
      guard Layout.isOfShards(name), !Layout.isDerived(name) else { return }
      try hash.updateDelimited(key)
      try hash.updateDelimited(total)
    }
    return try hash.finish()
  }
}

extension Cache {
  static let shardKey = "shard"

  /// The mark of what it holds now.
  public func mark() throws(CacheError) -> String { try ShardMark.mark(of: try state([]).home) }

  /// Refuses the file of another shard, or of a cache that is divided otherwise; a new file is
  /// marked with its shard.
  func checkShard(_ shard: Shard) throws(CacheError) {
    if shard.count == 1 { return }
    let stored: [UInt8]?
    do throws(CacheError) { stored = try bytes(for: Self.shardKey, in: Layout.meta) } catch {
      // Where it is damaged, ``verify()`` names it and ``repair(_:)`` says it anew.
      guard error.isOfDamage else { throw error }
      return
    }
    if let found = stored {
      let known = String(decoding: found, as: UTF8.self)
      guard known != shard.description else { return }
      throw Self.refusal(
        .notACache, "\(path)/\(store.file)", "it is shard \(known), and not \(shard)",
        "prepare into another folder, or give the number of shards that this one has")
    }
    if access.isReadOnly { return }
    try put(Array(shard.description.utf8), for: Self.shardKey, in: Layout.meta)
  }

  /// The mark of each shard of a divided cache, in their order.
  public func shardMarks() throws(CacheError) -> [String] {
    var marks: [String] = []
    for shard in shards { marks.append(try ShardMark.mark(of: shard)) }
    return marks
  }

  /// The choices that the shards had when they were merged last, canonical JSON; nil where they
  /// never were.
  public func mergedChoices() throws(CacheError) -> [UInt8]? {
    try bytes(for: Self.choicesKey, in: Layout.shards)
  }

  /// Notes which shards the whole was made of, as they are now.
  public func keepShardMarks() throws(CacheError) {
    let marks = try shardMarks().enumerated().map { (key: Shard.stem($0), mark: $1) }
    let choices = try descriptionOfShards().0?.choicesJSON
    try write { transaction throws(StoreError) in
      if let choices { try transaction.put(choices, for: Self.choicesKey, in: Layout.shards) }
      for (key, mark) in marks {
        try transaction.put(Array(mark.utf8), for: key, in: Layout.shards)
      }
    }
  }

  /// Takes away what was made from shards that have changed since, before it is made anew.
  func forgetOlderShards() throws(CacheError) {
    if try changedShards().isEmpty { return }
    try write { transaction throws(StoreError) in
      try transaction.forgetDerived()
      for key in try transaction.keys(of: Layout.shards) where key != Self.choicesKey {
        try transaction.delete(key, in: Layout.shards)
      }
    }
  }

  /// The numbers of the shards that are not as they were merged.
  func changedShards() throws(CacheError) -> [Int] {
    let home = CacheState(home: try state([Layout.shards]).home)
    var changed: [Int] = []
    for (index, mark) in try shardMarks().enumerated() {
      let known = try home.bytes(of: Shard.stem(index), in: Layout.shards)
      if mark.utf8.elementsEqual(known ?? []) { continue }
      changed.append(index)
    }
    return changed
  }
}
