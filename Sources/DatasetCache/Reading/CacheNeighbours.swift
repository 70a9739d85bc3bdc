extension Cache {
  private static let neighboursKey = "pairs"

  /// Keeps what was found to sound the same, in place of what was found before.
  ///
  /// - Parameter json: Canonical JSON; kept as it is.
  public func putNeighbours(json: [UInt8]) throws(CacheError) {
    try put(json, for: Self.neighboursKey, in: Layout.neighbours)
  }

  /// What ``putNeighbours(json:)`` has kept, or nil.
  public func neighboursJSON() throws(CacheError) -> [UInt8]? {
    try bytes(for: Self.neighboursKey, in: Layout.neighbours)
  }
}
