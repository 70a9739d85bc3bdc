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
    all.tracks = try sound(TrackRecord.self, in: Layout.tracks, &all.damaged) {
      (record) throws(CacheError) in record.id
    }
    let slices = try damagedSlices()
    if !slices.isEmpty {
      all.damaged += slices
      let unsound = Set(slices.map { Array($0.key.utf8) })
      all.tracks.removeAll { unsound.contains(Array($0.id.utf8)) }
    }
    all.quarantined = try sound(QuarantineRecord.self, in: Layout.quarantine, &all.damaged) {
      (record) throws(CacheError) in try Layout.key(path: record.path)
    }
    all.dropped = try sound(DroppedRecord.self, in: Layout.dropped, &all.damaged) {
      (record) throws(CacheError) in try Layout.key(path: record.track.path)
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
