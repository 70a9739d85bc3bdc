import LMDBStore

/// One state of one store of a cache, with the databases that are read in it.
struct StoreState: Sendable {
  let snapshot: Snapshot
  private let databases: [String: Database]

  /// Takes the state of now.
  ///
  /// - Parameter names: what will be read; nil for all that there is.
  init(of environment: Environment, databases names: [String]?) throws(CacheError) {
    for _ in 0..<8 {
      let wanted: [String]
      if let names {
        wanted = names
      } else {
        wanted = try inStore { () throws(StoreError) in try environment.databaseNames() }
      }
      var known: [String: Database] = [:]
      for name in wanted {
        known[name] = try inStore { () throws(StoreError) in try environment.database(named: name) }
      }
      let taken = try inStore { () throws(StoreError) in try Snapshot(of: environment) }
      // What a writer makes between the look-ups and the snapshot would be in it unseen.
      if names == nil || known.count < wanted.count {
        let present = try inStore { () throws(StoreError) in try taken.databaseNames() }
        let needed = names == nil ? Set(present) : Set(present).intersection(wanted)
        guard needed.isSubset(of: known.keys) else { continue }
        known = known.filter { needed.contains($0.key) }
      }
      databases = known
      snapshot = taken
      return
    }
    throw CacheError(
      kind: .store, operation: "read", subject: environment.path,
      detail: "databases are made in it all the time", hint: "wait until it is prepared")
  }

  subscript(_ name: String) -> Database? { databases[name] }

  /// The names of the databases that were asked for and are there, in the order of their bytes.
  var names: [String] {
    databases.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Visits the entries of a database in the order of their keys, unchecked; none where it does not
  /// exist.
  func rawWalk(
    _ name: String, _ body: (RawSpan, RawSpan) throws(CacheError) -> Void
  ) throws(CacheError) {
    guard let database = databases[name] else { return }
    // The body's errors cannot pass through the store's; kept and thrown afterwards.
    var failure: CacheError?
    try inStore { () throws(StoreError) in
      try snapshot.walk(database) { key, value in
        do throws(CacheError) { try body(key, value) } catch { failure = error }
        return failure == nil
      }
    }
    if let failure { throw failure }
  }

  /// Where a value lies, unchecked; it ends with the state. Nil where there is none.
  func rawValue(of key: String, in name: String) throws(CacheError) -> UnsafeRawBufferPointer? {
    guard Layout.hasIdentifier(key), let database = databases[name] else { return nil }
    return unsafe try inStore { () throws(StoreError) in
      unsafe try snapshot.address(of: key, in: database)
    }
  }

  /// A copy of a value, unchecked, or nil.
  func rawBytes(of key: String, in name: String) throws(CacheError) -> [UInt8]? {
    unsafe try rawValue(of: key, in: name).map { unsafe Array($0) }
  }

  /// As the other, of a key given as its bytes.
  func rawValue(
    of key: UnsafeRawBufferPointer, in name: String
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    guard let database = databases[name] else { return nil }
    return unsafe try snapshot.address(of: key, in: database)
  }

  /// A walk over the entries of a database step by step, unchecked; nil where it does not exist.
  func steps(of name: String) throws(CacheError) -> SnapshotWalk? {
    guard let database = databases[name] else { return nil }
    return try inStore { () throws(StoreError) in try snapshot.steps(of: database) }
  }

  /// The size of a database; nil where it does not exist.
  func statistics(of name: String) throws(CacheError) -> DatabaseStatistics? {
    guard let database = databases[name] else { return nil }
    return try inStore { () throws(StoreError) in try snapshot.statistics(of: database) }
  }
}
