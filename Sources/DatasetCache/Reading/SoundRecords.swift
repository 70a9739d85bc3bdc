import Corpus

/// The records of a cache, without those that cannot be read.
public struct SoundRecords: Sendable {
  /// The tracks, in the order of their ids' bytes.
  public var tracks: [TrackRecord] = []
  /// The files in quarantine, in the order of their paths' bytes.
  public var quarantined: [QuarantineRecord] = []
  /// The files that are left out, in the order of their paths' bytes.
  public var dropped: [DroppedRecord] = []
  /// What cannot be read, or stands under another name than its own; ``Cache/repair(_:)`` takes it
  /// out.
  public var damaged: [CacheProblem] = []

  /// No records, as of a cache that isn't there yet.
  public init() {}

  /// The ids of the tracks whose records or slices are damaged.
  public var damagedTracks: [String] {
    damaged.filter { Layout.isOfTracks($0.database) }.map(\.key)
  }
}

extension Cache {
  /// The records that can be read, each decoded once, and what cannot be read.
  ///
  /// - Throws: `CacheError` where the store itself cannot be read; a damaged record is no error
  ///   here.
  public func soundRecords() throws(CacheError) -> SoundRecords {
    var all = SoundRecords()
    var reader = TrackRecordReader()
    all.tracks = try sound(in: Layout.tracks, &all.damaged) {
      (name, json) throws(CacheError) -> (TrackRecord, String) in
      let record = try reader.record(json, subject: name)
      return (record, record.id)
    }
    let slices = try damagedSlices()
    if !slices.isEmpty {
      all.damaged += slices
      let unsound = Set(slices.map { Array($0.key.utf8) })
      all.tracks.removeAll { unsound.contains(Array($0.id.utf8)) }
    }
    all.quarantined = try sound(in: Layout.quarantine, &all.damaged) {
      (name, json) throws(CacheError) -> (QuarantineRecord, String) in
      let record = try RecordJSON.decode(QuarantineRecord.self, from: json, subject: name)
      return (record, try Layout.key(path: record.path))
    }
    all.dropped = try sound(in: Layout.dropped, &all.damaged) {
      (name, json) throws(CacheError) -> (DroppedRecord, String) in
      let record = try RecordJSON.decode(DroppedRecord.self, from: json, subject: name)
      return (record, try Layout.key(path: record.track.path))
    }
    return all
  }

  private func damagedSlices() throws(CacheError) -> [CacheProblem] {
    let state = try state(nil)
    var all: [CacheProblem] = []
    for name in state.names where Layout.view(ofSlices: name) != nil {
      all += try state.problems(in: name)
    }
    return all
  }

  /// The records of a database that can be read and stand under their own keys.
  private func sound<Record>(
    in database: String, _ damaged: inout [CacheProblem],
    read: (String, [UInt8]) throws(CacheError) -> (record: Record, key: String)
  ) throws(CacheError) -> [Record] {
    var records: [Record] = []
    let state = try state([database])
    let problems = try state.problems(in: database)
    damaged += problems
    let unsound = Set(problems.map { Array($0.key.utf8) })
    records.reserveCapacity(try state.size(of: database)?.entries ?? 0)
    try state.rawWalk(database) { (key, value) throws(CacheError) in
      let bytes = copy(key) ?? []
      if unsound.contains(bytes) { return }
      let name = String(decoding: bytes, as: UTF8.self)
      do throws(CacheError) {
        let (record, own) = try read(name, copy(value) ?? [])
        if own.utf8.elementsEqual(name.utf8) {
          records.append(record)
        } else {
          damaged.append(
            CacheProblem(
              kind: .damaged, database: database, key: name, detail: "it is the record of '\(own)'")
          )
        }
      } catch {
        damaged.append(
          CacheProblem(kind: .damaged, database: database, key: name, detail: error.detail))
      }
    }
    return records
  }
}
