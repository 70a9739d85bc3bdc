import LMDBStore

extension Cache {
  /// Stores a batch of tracks in one transaction; see ``store(_:)-(PreparedBatch)``.
  public func store(_ tracks: [PreparedTrack]) throws(CacheError) {
    try store(PreparedBatch(tracks: tracks))
  }

  /// Records a file that could not be used, with its reason; see ``store(_:)-(PreparedBatch)``.
  ///
  /// - Parameters:
  ///   - record: The file and the reason.
  ///   - stamp: The file's stamp, if it could be had.
  public func quarantine(
    _ record: QuarantineRecord, stamp: SourceStamp? = nil
  ) throws(CacheError) {
    try store(PreparedBatch(quarantined: [.init(record, stamp: stamp)]))
  }

  /// Takes files out of quarantine, such as those that are no longer there.
  public func removeFromQuarantine(paths: [String]) throws(CacheError) {
    try remove(paths: paths, from: Layout.quarantine)
  }

  /// Removes files, and their stamps, from a list of files that aren't used.
  func remove(paths: [String], from list: String) throws(CacheError) {
    try checkHoldsTracks("take files off a list of")
    var keys: [String] = []
    for path in paths { keys.append(try Layout.key(path: path)) }
    try write { transaction throws(StoreError) in
      for key in keys {
        try transaction.delete(key, in: list)
        try transaction.delete(key, in: Layout.sources)
      }
    }
  }

  /// Removes tracks with all their values, slices and stamps, in one transaction. Ids that are
  /// not there are passed over. Splits are left as they are, and so is the stamp of a file that
  /// another track was stored from.
  public func remove(tracks ids: [String]) throws(CacheError) {
    try checkHoldsTracks("remove tracks from")
    var found: [(id: String, key: String)] = []
    for id in ids {
      guard Layout.hasIdentifier(id), let record = try trackRecord(id) else { continue }
      found.append((id, try Layout.key(path: record.path)))
    }
    if found.isEmpty { return }
    let leaving = Set(found.map { Array($0.id.utf8) })
    var needed: Set<String> = []
    for record in try trackRecords() where !leaving.contains(Array(record.id.utf8)) {
      needed.insert(try Layout.key(path: record.path))
    }
    try write { transaction throws(StoreError) in
      for (id, key) in found {
        try transaction.removeTrack(id)
        if !needed.contains(key) { try transaction.delete(key, in: Layout.sources) }
      }
    }
  }
}

/// A track with everything computed that does not need the store, so that the body of a
/// transaction, which may run again, does little and cannot fail on its own.
struct EncodedTrack {
  let id: String
  let path: String
  let pathKey: String
  let json: [UInt8]
  let stampJSON: [UInt8]
  let views: [View: Fingerprint]
  let values: [EncodedValue]

  init(_ track: PreparedTrack) throws(CacheError) {
    let record = track.record
    try Layout.checkIdentifier(record.id)
    id = record.id
    path = record.path
    pathKey = try Layout.key(path: record.path)
    json = try RecordJSON.encode(record)
    stampJSON = try RecordJSON.encode(track.stamp)
    views = record.views
    var values: [EncodedValue] = []
    for value in track.values {
      guard record.views[value.view] == value.fingerprint else {
        throw Self.missing(
          record.id, "its record does not name the \(value.view.rawValue) value that is given")
      }
      values.append(try EncodedValue(value, track: record.id))
    }
    self.values = values
  }

  private static func missing(_ id: String, _ detail: String) -> CacheError {
    CacheError(
      kind: .missingValue, operation: "store", subject: "track '\(id)'", detail: detail,
      hint: "give every view that the record names")
  }

  /// Stores the track; returns what is missing instead where something is.
  func store(in transaction: inout RecordTransaction) throws(StoreError) -> CacheError? {
    if let earlier = try transaction.bytes(of: id, in: Layout.tracks),
      let record = try? RecordJSON.decode(TrackRecord.self, from: earlier, subject: id),
      record.path != path, let key = try? Layout.key(path: record.path)
    {
      try transaction.delete(key, in: Layout.sources)
    }
    try transaction.removeValues(of: id) { view, fingerprint in views[view] != fingerprint }
    for value in values { try value.store(in: &transaction) }
    for view in try transaction.slicedViews() where views[view] == nil {
      try transaction.removeSlices(of: id, view: view)
    }
    for (view, fingerprint) in views.sorted(by: { $0.key < $1.key }) {
      guard try transaction.contains(id, in: Layout.values(view, fingerprint)) else {
        return Self.missing(id, "its record names a \(view.rawValue) value that is not there")
      }
    }
    try transaction.put(json, for: id, in: Layout.tracks)
    try transaction.put(stampJSON, for: pathKey, in: Layout.sources)
    try transaction.delete(pathKey, in: Layout.quarantine)
    try transaction.delete(pathKey, in: Layout.dropped)
    return nil
  }
}

extension Layout {
  static func hasIdentifier(_ id: String) -> Bool { (1...511).contains(id.utf8.count) }
}

extension RecordTransaction {
  /// Removes those values of a track whose view and fingerprint a rule names.
  mutating func removeValues(
    of id: String, where isStale: (View, Fingerprint) -> Bool
  ) throws(StoreError) {
    for name in try databaseNames() {
      guard let (view, fingerprint) = Layout.valueDatabase(name), isStale(view, fingerprint)
      else { continue }
      for name in [name, Layout.blocks(of: name)] {
        try delete(id, in: name)
      }
    }
  }

  /// The views that there are slices of.
  mutating func slicedViews() throws(StoreError) -> [View] {
    try databaseNames().compactMap(Layout.view(ofSlices:))
  }

  mutating func removeSlices(of id: String, view: View) throws(StoreError) {
    try delete(id, in: Layout.slices(view))
  }

  /// Removes a track's record, values and slices.
  mutating func removeTrack(_ id: String) throws(StoreError) {
    try forgetDerived()
    try removeValues(of: id) { _, _ in true }
    for view in try slicedViews() { try removeSlices(of: id, view: view) }
    try delete(id, in: Layout.tracks)
  }
}
