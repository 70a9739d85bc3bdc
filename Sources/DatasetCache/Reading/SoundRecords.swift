import Corpus

/// The records of a cache, without those that cannot be read.
public struct SoundRecords: Sendable {
  /// The tracks, in the order of their ids' bytes.
  public var tracks: [TrackRecord] = []
  /// The files in quarantine, in the order of their paths' bytes.
  public var quarantined: [QuarantineRecord] = []
  /// The files that are left out, in the order of their paths' bytes.
  public var dropped: [DroppedRecord] = []
  /// What cannot be read, or stands under another name than its own; ``Cache/repair(_:)`` takes it out.
  public var damaged: [CacheProblem] = []

  /// No records, as of a cache that isn't there yet.
  public init() {}

  /// The ids of the tracks whose records are damaged.
  public var damagedTracks: [String] {
    damaged.filter { $0.database == Layout.tracks }.map(\.key)
  }
}

extension Cache {
  /// The records that can be read, each decoded once, and what cannot be read.
  ///
  /// - Throws: `CacheError` where the store itself cannot be read; a damaged record is no error here.
  public func soundRecords() throws(CacheError) -> SoundRecords {
    var all = SoundRecords()
    all.tracks = try sound(TrackRecord.self, in: Layout.tracks, &all.damaged) {
      (record) throws(CacheError) in record.id
    }
    all.quarantined = try sound(QuarantineRecord.self, in: Layout.quarantine, &all.damaged) {
      (record) throws(CacheError) in try Layout.key(path: record.path)
    }
    all.dropped = try sound(DroppedRecord.self, in: Layout.dropped, &all.damaged) {
      (record) throws(CacheError) in try Layout.key(path: record.track.path)
    }
    return all
  }

  private func sound<Record: Decodable>(
    _ type: Record.Type, in database: String, _ damaged: inout [CacheProblem],
    key: (Record) throws(CacheError) -> String
  ) throws(CacheError) -> [Record] {
    var records: [Record] = []
    let state = try state([database])
    let problems = try state.problems(in: database)
    damaged += problems
    let unsound = Set(problems.map { Array($0.key.utf8) })
    for (name, json) in try state.rawEntries(of: database)
    where !unsound.contains(Array(name.utf8)) {
      do throws(CacheError) {
        let record = try RecordJSON.decode(type, from: json, subject: name)
        let own = try key(record)
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
