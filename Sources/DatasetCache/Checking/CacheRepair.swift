import LMDBStore

extension Cache {
  /// Takes out everything that belongs to the tracks, files and splits which problems of `verify()` name,
  /// in one transaction, so that the next preparation makes it again (a split is to be made again by
  /// hand), and what is damaged of the index and of the blocks' checksums. What is sound stays.
  ///
  /// - Parameter problems: what `verify()` has found.
  /// - Returns: the ids of the tracks that went, in the order of their bytes. Problems of a database as a
  ///   whole (an empty key) cannot be mended this way and are passed over.
  /// - Throws: `CacheError` where the cache is read-only or cannot be written.
  @discardableResult
  public func repair(_ problems: [CacheProblem]) throws(CacheError) -> [String] {
    let named = problems.filter { !$0.key.isEmpty && !Layout.isDerived($0.database) }
    let ofFiles: Set = [Layout.quarantine, Layout.dropped, Layout.splits]
    let files = named.filter { ofFiles.contains($0.database) }
    let tracks = Set(named.filter { !ofFiles.contains($0.database) }.map(\.key))
    try write { transaction throws(StoreError) in
      if named.count < problems.count { try transaction.forgetDerived() }
      for problem in problems where Layout.isOfBlocks(problem.database) {
        if problem.key.isEmpty { continue }
        try transaction.delete(
          problem.key, in: try transaction.database(named: problem.database))
      }
      for id in tracks { try transaction.removeTrack(id) }
      for file in files {
        if file.database == Layout.splits {
          try transaction.forgetDerived(fromSplit: file.key)
          try transaction.forgetDefault(split: file.key)
        }
        try transaction.delete(file.key, in: try transaction.database(named: file.database))
      }
    }
    return tracks.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
