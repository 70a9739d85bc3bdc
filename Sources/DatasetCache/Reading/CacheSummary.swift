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

/// What a summary counts of the records of tracks.
struct TrackCensus {
  /// Of all tracks, in the order of their bytes.
  var ids = PackedKeys()
  /// Tracks of each label.
  var labels: [String: Int] = [:]
  /// Whether each track has each view under its fingerprint.
  var members: [View: [Bool]] = [:]
}

extension Cache {
  /// Counts what the cache holds, all in one state.
  ///
  /// - Complexity: O(tracks); values are not read.
  public func summary() throws(CacheError) -> CacheSummary {
    let cache = try snapshot()
    let fingerprints = try cache.fingerprints()
    return try cache.summary(
      of: try TrackScan(try cache.state(nil), fingerprints: fingerprints).census, fingerprints)
  }

  /// Counts what the cache holds, its records of tracks having been read already.
  public func summary(of records: [TrackRecord]) throws(CacheError) -> CacheSummary {
    let fingerprints = try fingerprints()
    var census = TrackCensus()
    for record in records {
      census.ids.append(record.id.utf8)
      for label in record.labelNames { census.labels[label, default: 0] += 1 }
    }
    for (view, fingerprint) in fingerprints {
      census.members[view] = records.map { $0.views[view] == fingerprint }
    }
    return try summary(of: census, fingerprints)
  }

  private func summary(
    of census: TrackCensus, _ fingerprints: [View: Fingerprint]
  ) throws(CacheError) -> CacheSummary {
    let cache = try snapshot()
    let state = try cache.state(nil)
    var views: [View: CacheSummary.ViewSummary] = [:]
    for (view, fingerprint) in fingerprints {
      let members = census.members[view] ?? []
      var (slices, next) = (0, 0)
      try state.walk(Layout.slices(view)) { (key, bytes) throws(CacheError) in
        guard let position = census.ids.position(of: key, hint: next) else { return }
        next = position + 1
        if members[position] { slices += SliceIndex(copy(bytes) ?? [])?.count ?? 0 }
      }
      views[view] = .init(
        fingerprint: fingerprint, tracks: members.count { $0 }, slices: slices,
        bytes: try state.size(of: Layout.values(view, fingerprint))?.bytes ?? 0)
    }
    var bytes = 0
    for store in state.stores {
      bytes += try inStore { () throws(StoreError) in
        try store.snapshot.environment.statistics().usedBytes
      }
    }
    return CacheSummary(
      tracks: census.ids.count, labels: census.labels, views: views,
      quarantined: try cache.entryCount(Layout.quarantine), bytes: bytes,
      staleDatabases: try cache.staleDatabases())
  }

  /// How many tracks have every view of the description under its fingerprint.
  ///
  /// - Throws: `CacheError` where a record cannot be read.
  public func completeTracks() throws(CacheError) -> Int {
    let cache = try snapshot()
    let scan = try TrackScan(try cache.state(nil), fingerprints: try cache.fingerprints())
    return (0..<scan.count).count { track in scan.members.values.allSatisfy { $0[track] } }
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
