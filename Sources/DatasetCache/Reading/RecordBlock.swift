internal import Dispatch
import Synchronization

/// Some records of tracks as they are stored, to be read by several threads at once.
struct RecordBlock {
  private var records: [(id: [UInt8], json: [UInt8])] = []
  private let threads: Int

  /// Records of a block: their JSON takes some ten megabytes.
  private static let most = 16_384
  /// Records that are worth a thread.
  private static let fewest = 512

  init(threads: Int) { self.threads = threads }

  /// Whether they should be read before there are more.
  var isFull: Bool { records.count >= Self.most }

  mutating func append(id: RawSpan, json: RawSpan) {
    records.append((copy(id) ?? [], copy(json) ?? []))
  }

  /// Reads and forgets them.
  /// - Throws: `CacheError` for the first that cannot be read.
  mutating func read() throws(CacheError) -> [TrackRecord] {
    let records = records
    self.records.removeAll(keepingCapacity: true)
    let parts = max(1, min(threads, records.count / Self.fewest))
    // A process that was forked off must not wait for threads that it does not have.
    if parts == 1 { return try Self.read(records[...]) }
    let read = Mutex<[Int: Result<[TrackRecord], CacheError>]>([:])
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let own = records[records.count * part / parts..<records.count * (part + 1) / parts]
      let made = Result { () throws(CacheError) in try Self.read(own) }
      read.withLock { $0[part] = made }
    }
    var all: [TrackRecord] = []
    for (_, part) in read.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { all += try part.get() }
    return all
  }

  private static func read(
    _ records: ArraySlice<(id: [UInt8], json: [UInt8])>
  ) throws(CacheError) -> [TrackRecord] {
    var reader = TrackRecordReader()
    var read: [TrackRecord] = []
    read.reserveCapacity(records.count)
    for record in records {
      let id = String(decoding: record.id, as: UTF8.self)
      read.append(try reader.record(record.json, subject: "track '\(id)'"))
    }
    return read
  }
}
