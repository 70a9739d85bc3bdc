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
  /// Bytes in use in the shard, free pages between them included.
  public var bytes: Int
  /// Databases of values that the description does not name.
  public var staleDatabases: [String]
}

extension Cache {
  /// Counts what the cache holds.
  ///
  /// - Complexity: O(tracks); values are not read.
  public func summary() throws(CacheError) -> CacheSummary {
    try summary(of: try trackRecords())
  }

  /// Counts what the cache holds, its records of tracks having been read already.
  public func summary(of records: [TrackRecord]) throws(CacheError) -> CacheSummary {
    let fingerprints = try fingerprints()
    var views: [View: CacheSummary.ViewSummary] = [:]
    for (view, fingerprint) in fingerprints {
      let statistics = try statistics(Layout.values(view, fingerprint))
      let ids = Set(records.filter { $0.views[view] == fingerprint }.map(\.id))
      let slices = try slices(of: view).filter { ids.contains($0.key) }
      views[view] = .init(
        fingerprint: fingerprint, tracks: ids.count,
        slices: slices.values.reduce(0) { $0 + $1.count }, bytes: statistics?.bytes ?? 0)
    }
    let size = try inStore { () throws(StoreError) in try environment.statistics() }
    return CacheSummary(
      tracks: records.count,
      labels: Dictionary(grouping: records, by: \.label).mapValues(\.count), views: views,
      quarantined: try entryCount(Layout.quarantine), bytes: size.usedBytes,
      staleDatabases: try staleDatabases())
  }

  /// Databases of values that the description does not name.
  public func staleDatabases() throws(CacheError) -> [String] {
    let fingerprints = try fingerprints()
    return try inStore { () throws(StoreError) in try environment.databaseNames() }.filter { name in
      guard let (view, fingerprint) = Layout.valueDatabase(name) else { return false }
      return fingerprints[view] != fingerprint
    }
  }

  private func statistics(_ name: String) throws(CacheError) -> DatabaseStatistics? {
    guard let database = try database(name) else { return nil }
    return try inStore { () throws(StoreError) in
      try environment.read { transaction throws(StoreError) in
        try transaction.statistics(of: database)
      }
    }
  }
}
