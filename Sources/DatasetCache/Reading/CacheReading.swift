import LMDBStore
import Safetensors

extension Cache {
  /// The record of a track, or nil.
  ///
  /// - Throws: `CacheError` `.invalidRecord` where its bytes are not one.
  public func trackRecord(_ id: String) throws(CacheError) -> TrackRecord? {
    guard let json = try bytes(for: id, in: Layout.tracks) else { return nil }
    return try RecordJSON.decode(TrackRecord.self, from: json, subject: "track '\(id)'")
  }

  /// The records of all tracks, in the order of their ids' bytes.
  public func trackRecords() throws(CacheError) -> [TrackRecord] {
    try records(TrackRecord.self, in: Layout.tracks, word: "track")
  }

  /// How many tracks there are.
  public func trackCount() throws(CacheError) -> Int { try entryCount(Layout.tracks) }

  /// The files in quarantine, in the order of their paths' bytes.
  public func quarantined() throws(CacheError) -> [QuarantineRecord] {
    try records(QuarantineRecord.self, in: Layout.quarantine, word: "quarantine record")
  }

  /// The files that a fault policy drops, in the order of their paths' bytes.
  public func dropped() throws(CacheError) -> [DroppedRecord] {
    try records(DroppedRecord.self, in: Layout.dropped, word: "dropped record")
  }

  /// The stamp of a file when it was last read, or nil.
  public func stamp(path: String) throws(CacheError) -> SourceStamp? {
    guard let json = try bytes(for: try Layout.key(path: path), in: Layout.sources) else {
      return nil
    }
    return try RecordJSON.decode(SourceStamp.self, from: json, subject: "stamp of '\(path)'")
  }

  /// The slices of a track in a view, or nil.
  public func slices(of view: View, track id: String) throws(CacheError) -> SliceIndex? {
    try bytes(for: id, in: Layout.slices(view)).flatMap(SliceIndex.init)
  }

  /// The slices of all tracks in a view, by track id.
  public func slices(of view: View) throws(CacheError) -> [String: SliceIndex] {
    var all: [String: SliceIndex] = [:]
    for (id, bytes) in try entries(of: Layout.slices(view)) { all[id] = SliceIndex(bytes) }
    return all
  }

  /// Lends the stored safetensors value of a track; nothing is copied.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - fingerprint: The one under which it is stored; see `TrackRecord.views`.
  ///   - id: The track.
  ///   - body: What to do with the value. The bytes end with it.
  /// - Returns: What the body returns, or nil where there is no such value.
  public func withValue<Output>(
    of view: View, fingerprint: Fingerprint, track id: String, _ body: (RawSpan) -> Output
  ) throws(CacheError) -> Output? {
    guard Layout.hasIdentifier(id), let database = try database(Layout.values(view, fingerprint))
    else { return nil }
    return try inStore { () throws(StoreError) in
      try environment.read { transaction throws(StoreError) -> Output? in
        guard let value = try transaction.value(for: id, in: database) else { return nil }
        return body(value)
      }
    }
  }

  /// Lends the stored values of many tracks, all of one state of the cache.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - fingerprint: The one under which they are stored.
  ///   - ids: The tracks, in the order in which the body gets them.
  ///   - body: Gets the position in `ids` and the value; tracks without a value are passed over.
  public func withValues(
    of view: View, fingerprint: Fingerprint, tracks ids: [String], _ body: (Int, RawSpan) -> Void
  ) throws(CacheError) {
    guard let database = try database(Layout.values(view, fingerprint)) else { return }
    try inStore { () throws(StoreError) in
      try environment.read { transaction throws(StoreError) in
        for (index, id) in ids.enumerated() where Layout.hasIdentifier(id) {
          if let value = try transaction.value(for: id, in: database) { body(index, value) }
        }
      }
    }
  }

  /// A tensor of a track's value as floats, such as its feature rows.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - id: The track.
  ///   - name: The tensor's name; the value's first one where it is nil.
  /// - Returns: Its shape and its numbers, last index fastest, 16-bit integers not scaled; nil
  ///   where the track, the view or the tensor is not there.
  /// - Throws: `CacheError` `.invalidTensors` where the value is damaged.
  public func floats(
    of view: View, track id: String, tensor name: String? = nil
  ) throws(CacheError) -> (shape: [Int], values: [Float])? {
    guard let fingerprint = try trackRecord(id)?.views[view] else { return nil }
    let read = try withValue(of: view, fingerprint: fingerprint, track: id) { value in
      Result { () throws(CacheError) -> (shape: [Int], values: [Float])? in
        let header = try inTensors { () throws(TensorError) in
          try SafetensorsHeader(of: value)
        }
        guard let entry = name.map({ header[$0] }) ?? header.entries.first else { return nil }
        return (entry.shape, entry.floats(in: value))
      }
    }
    return try read?.get() ?? nil
  }

  private func records<Record: Decodable>(
    _ type: Record.Type, in database: String, word: String
  ) throws(CacheError) -> [Record] {
    var all: [Record] = []
    for (key, json) in try entries(of: database) {
      all.append(try RecordJSON.decode(type, from: json, subject: "\(word) '\(key)'"))
    }
    return all
  }

  func entryCount(_ name: String) throws(CacheError) -> Int {
    guard let database = try database(name) else { return 0 }
    return try inStore { () throws(StoreError) in
      try environment.read { transaction throws(StoreError) in
        try transaction.statistics(of: database).entries
      }
    }
  }
}
