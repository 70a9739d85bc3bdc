import LMDBStore
import Safetensors

extension Cache {
  /// The record of a track, or nil.
  ///
  /// - Throws: `CacheError` `.damaged` where its bytes are not those that were written,
  ///   `.invalidRecord` where they are none.
  public func trackRecord(_ id: String) throws(CacheError) -> TrackRecord? {
    guard let json = try bytes(for: id, in: Layout.tracks) else { return nil }
    var reader = TrackRecordReader()
    return try reader.record(json, subject: "track '\(id)'")
  }

  /// The records of all tracks, in the order of their ids' bytes.
  /// - Parameter threads: how many read them; several are not for a process that may be forked.
  public func trackRecords(threads: Int = 1) throws(CacheError) -> [TrackRecord] {
    let state = try state([Layout.tracks])
    var all: [TrackRecord] = []
    all.reserveCapacity(try state.size(of: Layout.tracks)?.entries ?? 0)
    var block = RecordBlock(threads: threads)
    try state.walk(Layout.tracks) { (key, json) throws(CacheError) in
      block.append(id: key, json: json)
      if block.isFull { all += try block.read() }
    }
    return all + (try block.read())
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

  /// The stamp of a file when it was last read; nil where there is none, or a damaged one, so that
  /// the file is read again.
  public func stamp(path: String) throws(CacheError) -> SourceStamp? {
    do throws(CacheError) {
      guard let json = try bytes(for: try Layout.key(path: path), in: Layout.sources) else {
        return nil
      }
      if let stamp = SourceStamp(written: json) { return stamp }
      return try RecordJSON.decode(SourceStamp.self, from: json, subject: "stamp of '\(path)'")
    } catch {
      guard error.isOfDamage else { throw error }
      return nil
    }
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

  /// Lends the stored safetensors value of a track, checked; nothing is copied.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - fingerprint: The one under which it is stored; see `TrackRecord.views`.
  ///   - id: The track.
  ///   - body: What to do with the value. The bytes end with it.
  /// - Returns: What the body returns, or nil where there is no such value.
  /// - Throws: `CacheError` `.damaged`, which names track and database, where the value is not what
  ///   was written.
  /// - Complexity: O(n), about 10 GB a second.
  public func withValue<Output>(
    of view: View, fingerprint: Fingerprint, track id: String, _ body: (RawSpan) -> Output
  ) throws(CacheError) -> Output? {
    var output: Output?
    try withValues(of: view, fingerprint: fingerprint, tracks: [id]) { output = body($1) }
    return output
  }

  /// Lends the stored values of many tracks, checked, all of one state of the cache.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - fingerprint: The one under which they are stored.
  ///   - ids: The tracks, in the order in which the body gets them.
  ///   - body: Gets the position in `ids` and the value; tracks without a value are passed over.
  /// - Throws: `CacheError` `.damaged`, which names track and database, at the first value that is
  ///   not what was written.
  public func withValues(
    of view: View, fingerprint: Fingerprint, tracks ids: [String], _ body: (Int, RawSpan) -> Void
  ) throws(CacheError) {
    let name = Layout.values(view, fingerprint)
    let state = try state([name])
    for (index, id) in ids.enumerated() {
      guard let found = unsafe try state.value(of: id, in: name) else { continue }
      let value = unsafe RawSpan(_unsafeBytes: found)
      if let fault = Self.fault(in: value, track: id, fingerprint) {
        throw CacheError(
          kind: .damaged, operation: "read", subject: "'\(id)' in '\(name)'", detail: fault,
          hint: StoredSamples.hint)
      }
      body(index, value)
    }
    withExtendedLifetime(state) {}
  }

  /// A tensor of a track's value as floats, such as its feature rows.
  ///
  /// - Parameters:
  ///   - view: The view.
  ///   - id: The track.
  ///   - name: The tensor's name; the value's first one where it is nil.
  /// - Returns: Its shape and its numbers, last index fastest, 16-bit integers not scaled; nil
  ///   where the track, the view or the tensor is not there.
  /// - Throws: `CacheError` `.damaged`, which names track and database, where the value is not what
  ///   was written.
  public func floats(
    of view: View, track id: String, tensor name: String? = nil
  ) throws(CacheError) -> (shape: [Int], values: [Float])? {
    guard let fingerprint = try trackRecord(id)?.views[view] else { return nil }
    return try floats(of: view, fingerprint: fingerprint, track: id, tensor: name)
  }

  /// As ``floats(of:track:tensor:)``, of the value under a fingerprint that is known.
  public func floats(
    of view: View, fingerprint: Fingerprint, track id: String, tensor name: String? = nil
  ) throws(CacheError) -> (shape: [Int], values: [Float])? {
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
    try state([name]).size(of: name)?.entries ?? 0
  }
}
