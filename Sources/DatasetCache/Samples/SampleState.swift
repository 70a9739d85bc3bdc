import LMDBStore
import Safetensors

/// One state of a cache, with the databases that samples are read from.
struct SampleState: Sendable {
  let snapshot: Snapshot
  private let databases: [String: Database]

  /// Takes the state of now.
  ///
  /// - Parameter names: what will be read; it must be looked up before the state is taken.
  init(of cache: Cache, databases names: [String]) throws(CacheError) {
    var databases: [String: Database] = [:]
    for name in names { databases[name] = try cache.database(name) }
    self.databases = databases
    snapshot = try inStore { () throws(StoreError) in try Snapshot(of: cache.environment) }
  }

  subscript(_ name: String) -> Database? { databases[name] }

  /// Visits the entries of a database in the order of their keys; none where it does not exist.
  func walk(
    _ name: String, _ body: (RawSpan, RawSpan) throws(CacheError) -> Void
  ) throws(CacheError) {
    guard let database = databases[name] else { return }
    // The body's errors cannot pass through the store's; kept and thrown afterwards.
    var failure: CacheError?
    try inStore { () throws(StoreError) in
      try snapshot.walk(database) { key, value in
        do throws(CacheError) { try body(key, value) } catch { failure = error }
        return failure == nil
      }
    }
    if let failure { throw failure }
  }

  /// A copy of a value, or nil.
  func bytes(of key: String, in name: String) throws(CacheError) -> [UInt8]? {
    guard (1...511).contains(key.utf8.count), let database = databases[name] else { return nil }
    let found = unsafe try inStore { () throws(StoreError) in
      unsafe try snapshot.address(of: key, in: database)
    }
    return unsafe found.map { unsafe Array($0) }
  }

  /// The index of the tracks, stored or made.
  func trackValue() throws(CacheError) -> IndexValue {
    if let value = try indexValue(SampleIndex.tracks) { return value }
    return try IndexValue(try TrackScan(self, fingerprints: [:]).value())
  }

  /// The index of a view's slices, stored for this fingerprint or made.
  func sliceValue(
    _ view: View, _ fingerprint: Fingerprint, _ tracks: TrackColumns
  ) throws(CacheError) -> IndexValue {
    if let value = try indexValue(SampleIndex.slices(view)),
      value.header.metadata["fingerprint"] == fingerprint.hex
    {
      return value
    }
    let builder = try SampleIndexBuilder(state: self, fingerprints: [view: fingerprint])
    return try IndexValue(
      try builder.slices(of: view, fingerprint: fingerprint, tracks: tracks))
  }

  /// A value of the index; nil where there is none.
  func indexValue(_ key: String) throws(CacheError) -> IndexValue? {
    guard let database = databases[Layout.index] else { return nil }
    return try IndexValue(key: key, in: database, of: snapshot)
  }
}
