import LMDBStore

/// How much a cache holds.
public struct CacheSummary: Sendable, Hashable, Codable {
  /// How much a view holds, under the fingerprint that the description names.
  public struct ViewSummary: Sendable, Hashable, Codable {
    /// The fingerprint.
    public var fingerprint: Fingerprint
    /// Tracks with a value.
    public var tracks: Int
    /// Slices of all tracks.
    public var slices: Int
    /// Bytes that the values take in the file, unused ends of pages included.
    public var bytes: Int
  }

  /// Tracks.
  public var tracks: Int
  /// Tracks of each label.
  public var labels: [String: Int]
  /// The views.
  public var views: [View: ViewSummary]
  /// Files in quarantine.
  public var quarantined: Int
  /// Bytes in use in all stores, free pages between them included.
  public var bytes: Int
  /// Databases of values that the description does not name.
  public var staleDatabases: [String]
}

extension Cache {
  /// Counts what the cache holds, all in one state.
  ///
  /// - Complexity: O(tracks); values are not read.
  public func summary() throws(CacheError) -> CacheSummary {
    let cache = try snapshot()
    return try cache.summary(of: try cache.trackRecords())
  }

  /// Counts what the cache holds, its records of tracks having been read already.
  public func summary(of records: [TrackRecord]) throws(CacheError) -> CacheSummary {
    let cache = try snapshot()
    let fingerprints = try cache.fingerprints()
    let state = try cache.state(nil)
    var views: [View: CacheSummary.ViewSummary] = [:]
    for (view, fingerprint) in fingerprints {
      let ids = Set(records.filter { $0.views[view] == fingerprint }.map(\.id))
      let slices = try cache.slices(of: view).filter { ids.contains($0.key) }
      views[view] = .init(
        fingerprint: fingerprint, tracks: ids.count,
        slices: slices.values.reduce(0) { $0 + $1.count },
        bytes: try state.size(of: Layout.values(view, fingerprint))?.bytes ?? 0)
    }
    var bytes = 0
    for store in state.stores {
      bytes += try inStore { () throws(StoreError) in
        try store.snapshot.environment.statistics().usedBytes
      }
    }
    return CacheSummary(
      tracks: records.count,
      labels: Dictionary(grouping: records, by: \.label).mapValues(\.count), views: views,
      quarantined: try cache.entryCount(Layout.quarantine), bytes: bytes,
      staleDatabases: try cache.staleDatabases())
  }

  /// Databases of values that the description does not name.
  public func staleDatabases() throws(CacheError) -> [String] {
    let cache = try snapshot()
    let fingerprints = try cache.fingerprints()
    return try cache.state(nil).names.filter { name in
      guard let (view, fingerprint) = Layout.valueDatabase(name) else { return false }
      return fingerprints[view] != fingerprint
    }
  }
}
