import LMDBStore

extension Cache {
  /// Removes every value that is not of a kept view under its kept fingerprint, and takes it out
  /// of the tracks' records, in one transaction.
  ///
  /// Waits for this process's readers to end.
  ///
  /// - Parameter kept: The views to keep, each under one fingerprint.
  /// - Returns: The names of the databases that went.
  @discardableResult
  public func dropStaleViews(keeping kept: [View: Fingerprint]) throws(CacheError) -> [String] {
    var changed: [(id: String, json: [UInt8], lost: [View])] = []
    for var record in try trackRecords() {
      let lost = record.views.filter { kept[$0.key] != $0.value }.map(\.key)
      if lost.isEmpty { continue }
      for view in lost { record.views[view] = nil }
      changed.append((record.id, try RecordJSON.encode(record), lost))
    }
    return try write(excludingReaders: true) { transaction throws(StoreError) in
      try transaction.forgetDerived()
      let tracks = try transaction.database(named: Layout.tracks)
      let meta = try transaction.database(named: Layout.meta)
      for (id, json, lost) in changed {
        try transaction.put(json, for: id, in: tracks)
        for view in lost { try transaction.removeSlices(of: id, view: view) }
      }
      var dropped: [String] = []
      for name in try transaction.databaseNames() {
        guard let (view, fingerprint) = Layout.valueDatabase(name), kept[view] != fingerprint
        else { continue }
        dropped.append(name)
        let key = "fingerprint/\(view.rawValue)"
        if copy(try transaction.value(for: key, in: meta)) == Array(fingerprint.hex.utf8) {
          try transaction.delete(key, in: meta)
        }
        if let facts = try transaction.existingDatabase(named: Layout.views) {
          try transaction.delete(name, in: facts)
        }
      }
      // Last, because nothing else may open a database in a slot that has just become free.
      var leaving: [Database] = []
      for name in dropped.flatMap({ [$0, Layout.blocks(of: $0)] }) {
        if let database = try transaction.existingDatabase(named: name) {
          leaving.append(database)
        }
      }
      for database in leaving { try transaction.drop(database) }
      return dropped
    }
  }
}
