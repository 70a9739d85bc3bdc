import Synchronization

/// Bytes that were made once and may be asked for again, up to a number of bytes; the ones that
/// were not asked for longest go first. An answer about an earlier state goes when that of a later
/// state is made: nobody asks for it any more.
final class KeptAnswers: Sendable {
  private struct Entry {
    let bytes: [UInt8]
    let state: String
    var used: UInt64
  }

  private struct Content {
    var entries: [String: Entry] = [:]
    var bytes = 0
    var uses: UInt64 = 0

    mutating func shrink(to limit: Int) {
      for (name, entry) in entries.sorted(by: { $0.value.used < $1.value.used }) {
        if bytes <= limit { break }
        entries[name] = nil
        bytes -= entry.bytes.count
      }
    }
  }

  private let content = Mutex(Content())
  private let limit: Int
  private let metrics: ServiceMetrics

  init(limit: Int, metrics: ServiceMetrics) {
    self.limit = limit
    self.metrics = metrics
  }

  /// The bytes under a name, made where they are not there, or of another state.
  func bytes(
    _ name: String, of state: String = "", make: () throws -> [UInt8]
  ) rethrows -> [UInt8] {
    let known = content.withLock { content -> [UInt8]? in
      content.uses += 1
      guard content.entries[name]?.state == state else { return nil }
      content.entries[name]?.used = content.uses
      return content.entries[name]?.bytes
    }
    metrics.keptAnswer(wasThere: known != nil)
    if let known { return known }
    let made = try make()
    // One that is large beside the whole would drive out all others.
    if made.count > limit / 8 { return made }
    // What was written bit by bit has room for up to twice as much.
    let bytes = [UInt8](unsafeUninitializedCapacity: made.count) { room, count in
      count = room.initialize(fromContentsOf: made)
    }
    content.withLock { content in
      if let before = content.entries[name] { content.bytes -= before.bytes.count }
      content.entries[name] = Entry(bytes: bytes, state: state, used: content.uses)
      content.bytes += bytes.count
      if content.bytes > limit { content.shrink(to: limit / 4 * 3) }
    }
    return bytes
  }
}
