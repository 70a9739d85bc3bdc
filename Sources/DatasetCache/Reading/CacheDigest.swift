import LMDBStore

extension Cache {
  /// SHA-256 over every database, key and value, but for those of `sources`, which are of this
  /// machine, and `index`, `statistics` and `blocks/…`, which are made from the rest.
  ///
  /// Databases and keys are taken in the order of their bytes, and each name, key and value has
  /// its length before it: the same content gives the same digest whatever the order in which it
  /// was written, and however the store has laid it out.
  ///
  /// - Returns: 64 hex digits.
  /// - Complexity: O(n), 1 to 2 GB a second.
  public func digest() throws(CacheError) -> String {
    let names = try inStore { () throws(StoreError) in try environment.databaseNames() }
    var hash = try SHA256()
    for name in names where !Layout.isDerived(name) {
      guard let database = try database(name) else { continue }
      let title = Array(name.utf8)
      // The hash's errors cannot pass through the store's; kept and thrown afterwards.
      var failure: CacheError?
      try inStore { () throws(StoreError) in
        try environment.read { transaction throws(StoreError) in
          var cursor = try transaction.cursor(in: database)
          while failure == nil, try cursor.next() {
            do throws(CacheError) {
              try hash.updateDelimited(unsafe title.span.bytes)
              try hash.updateDelimited(cursor.key)
              try hash.updateDelimited(cursor.value)
            } catch {
              failure = error
            }
          }
        }
      }
      if let failure { throw failure }
    }
    return try hash.finish()
  }
}
