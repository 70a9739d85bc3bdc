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
    try checkHoldsTracks("drop views of")
    var changed: [(id: String, json: [UInt8], lost: [View])] = []
    for var record in try trackRecords() {
      let lost = record.views.filter { kept[$0.key] != $0.value }.map(\.key)
      if lost.isEmpty { continue }
      for view in lost { record.views[view] = nil }
      changed.append((record.id, try RecordJSON.encode(record), lost))
    }
    return try write(excludingReaders: true) { transaction throws(StoreError) in
      try transaction.forgetDerived()
      for (id, json, lost) in changed {
        try transaction.put(json, for: id, in: Layout.tracks)
        for view in lost { try transaction.removeSlices(of: id, view: view) }
      }
      var dropped: [String] = []
      for name in try transaction.databaseNames() {
        guard let (view, fingerprint) = Layout.valueDatabase(name), kept[view] != fingerprint
        else { continue }
        dropped.append(name)
        let key = "fingerprint/\(view.rawValue)"
        if try transaction.bytes(of: key, in: Layout.meta) == Array(fingerprint.hex.utf8) {
          try transaction.delete(key, in: Layout.meta)
        }
        try transaction.delete(name, in: Layout.views)
      }
      try transaction.drop(dropped.flatMap { [$0, Layout.blocks(of: $0)] })
      return dropped
    }
  }
}
