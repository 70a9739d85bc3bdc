import LMDBStore

/// Caches of the time before records had checksums.
enum FirstSchema {
  /// Makes a cache what an earlier version would have left.
  static func make(_ cache: String) throws {
    try Environment(path: "\(cache)/shard-00000.lmdb").write(excludingReaders: true) {
      transaction throws(StoreError) in
      try transaction.put(
        Array("lathe.cache/1".utf8), for: "schema", in: try transaction.database(named: "meta"))
      let leaving = [
        try transaction.database(named: "checksums"), try transaction.database(named: "totals"),
      ]
      for database in leaving { try transaction.drop(database) }
    }
  }
}
