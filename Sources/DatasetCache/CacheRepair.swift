import LMDBStore

extension Cache {
  /// Takes out everything that belongs to the tracks and files which problems of `verify()` name, in one
  /// transaction, so that the next preparation makes it again, and a damaged index. What is sound stays.
  ///
  /// - Parameter problems: what `verify()` has found.
  /// - Returns: the ids of the tracks that went, in the order of their bytes. Problems of a database as a
  ///   whole (an empty key) cannot be mended this way and are passed over.
  /// - Throws: `CacheError` where the cache is read-only or cannot be written.
  @discardableResult
  public func repair(_ problems: [CacheProblem]) throws(CacheError) -> [String] {
    let named = problems.filter { !$0.key.isEmpty && !Layout.derived.contains($0.database) }
    let files = Set(named.filter { $0.database == Layout.quarantine }.map(\.key))
    let tracks = Set(named.filter { $0.database != Layout.quarantine }.map(\.key))
    try inStore { () throws(StoreError) in
      try environment.write { transaction throws(StoreError) in
        if named.count < problems.count { try transaction.forgetDerived() }
        for id in tracks { try transaction.removeTrack(id) }
        let quarantine = try transaction.database(named: Layout.quarantine)
        for path in files { try transaction.delete(path, in: quarantine) }
      }
    }
    return tracks.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
