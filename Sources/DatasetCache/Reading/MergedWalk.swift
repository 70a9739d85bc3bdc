import LMDBStore

/// A walk over one database of several stores at once, in the order of the keys' bytes.
enum MergedWalk {
  /// After so many steps the pages of all stores are given back: each store counts its own steps, and many stores
  /// would come to much together.
  private static let stepsBetweenReleases = 1_024

  /// Visits all entries, unchecked.
  ///
  /// - Parameters:
  ///   - stores: where they lie; of a key that several have, the first store comes first.
  ///   - name: the database.
  ///   - body: gets the number of the store, key and value.
  /// - Throws: `CacheError` `.damaged`; what the body throws.
  /// - Complexity: O(n log stores).
  static func visit(
    _ stores: [StoreState], _ name: String,
    _ body: (Int, RawSpan, RawSpan) throws(CacheError) -> Void
  ) throws(CacheError) {
    var walks: [SnapshotWalk?] = []
    /// The stores that have an entry left, the one with the smallest key last.
    var order: [Int] = []

    func precedes(_ first: Int, _ second: Int) -> Bool {
      guard let one = walks[first], let other = walks[second] else { return false }
      return unsafe isLess(one.key, other.key, or: first < second)
    }
    func insert(_ store: Int) {
      var (low, high) = (0, order.count)
      while low < high {
        let middle = (low + high) / 2
        if precedes(store, order[middle]) { low = middle + 1 } else { high = middle }
      }
      order.insert(store, at: low)
    }
    func advance(_ store: Int) throws(CacheError) {
      let isThere = try inStore { () throws(StoreError) in try walks[store]?.next() ?? false }
      if isThere { insert(store) }
    }
    for (number, store) in stores.enumerated() {
      walks.append(try store.steps(of: name))
      try advance(number)
    }
    var steps = 0
    while let next = order.popLast() {
      steps += 1
      if steps % stepsBetweenReleases == 0 {
        for store in stores { store.snapshot.environment.releasePages() }
      }
      if let walk = walks[next] {
        try body(
          next, unsafe RawSpan(_unsafeBytes: walk.key), unsafe RawSpan(_unsafeBytes: walk.value))
      }
      try advance(next)
    }
  }

  private static func isLess(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, or equal: Bool
  ) -> Bool {
    if unsafe first.lexicographicallyPrecedes(second) { return true }
    return unsafe equal && first.elementsEqual(second)
  }
}
