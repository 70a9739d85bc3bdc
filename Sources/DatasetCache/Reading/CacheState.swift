import LMDBStore

/// One state of a cache: of its one store, or of the store of the whole and those of its shards.
///
/// Where there are shards, what belongs to tracks and files lies in them, and everything else in
/// the store of the whole; see ``Layout/isOfShards(_:)``. A walk goes through all shards in the
/// order of the keys, so that whoever reads does not see how a cache is divided.
struct CacheState: Sendable {
  /// The one store, or that of the whole.
  let home: StoreState
  /// The shards in their order; none where there is one store.
  let shards: [StoreState]

  init(home: StoreState, shards: [StoreState] = []) {
    self.home = home
    self.shards = shards
  }

  /// All stores.
  var stores: [StoreState] { [home] + shards }

  /// The stores that a database's records lie in.
  func holders(of name: String) -> [StoreState] {
    shards.isEmpty || !Layout.isOfShards(name) ? [home] : shards
  }

  /// The store that the values of a track lie in, given the bytes of its id.
  func holder(ofTrack id: UnsafeRawBufferPointer) -> StoreState {
    shards.isEmpty ? home : unsafe shards[Shard.index(of: id, count: shards.count)]
  }

  /// The store that has the record of a key, or would have it.
  private func holder(of key: String, in name: String) throws(CacheError) -> StoreState {
    let holders = holders(of: name)
    if holders.count == 1 { return holders[0] }
    if Layout.isKeyedByTrack(name) {
      return holders[Shard.index(of: key, count: holders.count)]
    }
    for holder in holders where unsafe try holder.rawValue(of: key, in: name) != nil {
      return holder
    }
    return holders[0]
  }

  /// The names of the databases that were asked for and are there, in the order of their bytes.
  var names: [String] {
    if shards.isEmpty { return home.names }
    let all = Set(
      home.names.filter { !Layout.isOfShards($0) }
        + shards.flatMap { $0.names.filter(Layout.isOfShards) })
    return all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a database is there.
  func contains(_ name: String) -> Bool { holders(of: name).contains { $0[name] != nil } }

  /// How much a database holds; nil where it does not exist.
  func size(of name: String) throws(CacheError) -> (entries: Int, bytes: Int)? {
    var all: (entries: Int, bytes: Int)?
    for holder in holders(of: name) {
      guard let one = try holder.statistics(of: name) else { continue }
      all = ((all?.entries ?? 0) + one.entries, (all?.bytes ?? 0) + one.bytes)
    }
    return all
  }

  // MARK: Unchecked

  /// Visits the entries of a database in the order of their keys, unchecked; none where it does not
  /// exist.
  func rawWalk(
    _ name: String, _ body: (RawSpan, RawSpan) throws(CacheError) -> Void
  ) throws(CacheError) {
    let holders = holders(of: name)
    if holders.count == 1 { return try holders[0].rawWalk(name, body) }
    try MergedWalk.visit(holders, name) { (_, key, value) throws(CacheError) in
      try body(key, value)
    }
  }

  /// Every key of a database with a copy of its value, in the order of the keys, unchecked.
  func rawEntries(of name: String) throws(CacheError) -> [(key: String, value: [UInt8])] {
    var all: [(key: String, value: [UInt8])] = []
    try rawWalk(name) { (key, value) throws(CacheError) in
      all.append((String(decoding: copy(key) ?? [], as: UTF8.self), copy(value) ?? []))
    }
    return all
  }

  /// The keys of a database in their order, unchecked.
  func keys(of name: String) throws(CacheError) -> [String] {
    var all: [String] = []
    try rawWalk(name) { (key, _) throws(CacheError) in
      all.append(String(decoding: copy(key) ?? [], as: UTF8.self))
    }
    return all
  }

  /// Where a value lies, unchecked; it ends with the state. Nil where there is none.
  func rawValue(of key: String, in name: String) throws(CacheError) -> UnsafeRawBufferPointer? {
    unsafe try holder(of: key, in: name).rawValue(of: key, in: name)
  }

  /// A copy of a value, unchecked, or nil.
  func rawBytes(of key: String, in name: String) throws(CacheError) -> [UInt8]? {
    unsafe try rawValue(of: key, in: name).map { unsafe Array($0) }
  }

  /// Lets go of the mapping of what was read once.
  func release(_ bytes: UnsafeRawBufferPointer) { unsafe home.snapshot.release(bytes) }

  // MARK: As it was written

  /// Whether every record is under a checksum: not in a cache of schema 1.
  var isCovered: Bool { stores.allSatisfy(\.isCovered) }

  /// Where a value lies, which is as it was written; it ends with the state. Nil where there is
  /// none.
  ///
  /// - Throws: `CacheError` `.damaged`, which names database and key.
  func value(of key: String, in name: String) throws(CacheError) -> UnsafeRawBufferPointer? {
    unsafe try holder(of: key, in: name).value(of: key, in: name)
  }

  /// A copy of a value, which is as it was written, or nil.
  func bytes(of key: String, in name: String) throws(CacheError) -> [UInt8]? {
    unsafe try value(of: key, in: name).map { unsafe Array($0) }
  }

  /// Every key of a database with a copy of its value, in the order of the keys, all as they were
  /// written.
  func entries(of name: String) throws(CacheError) -> [(key: String, value: [UInt8])] {
    var all: [(key: String, value: [UInt8])] = []
    try walk(name) { (key, value) throws(CacheError) in
      all.append((String(decoding: copy(key) ?? [], as: UTF8.self), copy(value) ?? []))
    }
    return all
  }

  /// Visits the entries of a database in the order of their keys; none where it does not exist.
  /// Only at the end is it known that all are there and as they were written.
  ///
  /// - Throws: `CacheError` `.damaged`, which names database and key; what the body throws.
  func walk(
    _ name: String, _ body: (RawSpan, RawSpan) throws(CacheError) -> Void
  ) throws(CacheError) {
    let holders = holders(of: name)
    guard holders.allSatisfy(\.isCovered) else { return try rawWalk(name, body) }
    let checksum = RecordChecksum(of: name)
    var totals = [RecordTotal](repeating: RecordTotal(), count: holders.count)
    do throws(CacheError) {
      if holders.count == 1 {
        try holders[0].rawWalk(name) { (key, value) throws(CacheError) in
          totals[0].add(checksum.checksum(key: key, value: value))
          try body(key, value)
        }
      } else {
        try MergedWalk.visit(holders, name) { (holder, key, value) throws(CacheError) in
          totals[holder].add(checksum.checksum(key: key, value: value))
          try body(key, value)
        }
      }
    } catch {
      // What a body cannot read is likely to be damaged.
      if let problem = try? problems(in: name).first { throw StoreState.error(problem) }
      throw error
    }
    for (holder, total) in zip(holders, totals) where try holder.total(of: name) != total {
      if let problem = try holder.problems(in: name).first { throw StoreState.error(problem) }
    }
  }

  /// The records of a database that are not as they were written, and those that are gone.
  func problems(in name: String) throws(CacheError) -> [CacheProblem] {
    var all: [CacheProblem] = []
    for holder in holders(of: name) { all += try holder.problems(in: name) }
    return all
  }
}

extension Cache {
  /// Whether every record is under a checksum: false in caches of earlier versions, until they are
  /// opened for writing.
  public func hasRecordChecksums() throws(CacheError) -> Bool { try state([]).isCovered }
}
