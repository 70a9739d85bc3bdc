extension Cache {
  /// SHA-256 over every database, key and value, but for those of `sources`, which are of this
  /// machine, and `index`, `statistics`, `blocks/…` and the checksums, which are made from the
  /// rest.
  ///
  /// Databases and keys are taken in the order of their bytes, and each name, key and value has
  /// its length before it: the same content gives the same digest whatever the order in which it
  /// was written, and however the store has laid it out.
  ///
  /// - Returns: 64 hex digits.
  /// - Complexity: O(n), 1 to 2 GB a second.
  public func digest() throws(CacheError) -> String {
    let state = try state(nil)
    let firstSchema = Layout.firstSchema
    var hash = try SHA256()
    for name in state.names where !Layout.isDerived(name) {
      let title = Array(name.utf8)
      try state.rawWalk(name) { (key, value) throws(CacheError) in
        try hash.updateDelimited(unsafe title.span.bytes)
        try hash.updateDelimited(key)
        // Schema 2 says the same of the tracks as schema 1.
        if name == Layout.meta, copy(key) == Array("schema".utf8) {
          try hash.updateDelimited(unsafe firstSchema.span.bytes)
        } else {
          try hash.updateDelimited(value)
        }
      }
    }
    return try hash.finish()
  }
}
