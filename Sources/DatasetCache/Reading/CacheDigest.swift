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
    let state = try state(nil)
    var hash = try SHA256()
    for name in state.names where !Layout.isDerived(name) {
      let title = Array(name.utf8)
      try state.walk(name) { (key, value) throws(CacheError) in
        try hash.updateDelimited(unsafe title.span.bytes)
        try hash.updateDelimited(key)
        try hash.updateDelimited(value)
      }
    }
    return try hash.finish()
  }
}
