/// Which streams have room and which wait for it. The time is passed in; nothing here reads a clock.
///
/// A stream is stalled for as long as its client takes nothing of what was sent to it. Where there is
/// no room for another one, the streams that have been stalled longest are ended, as many as it takes,
/// and their room is given on once they have let it go.
struct StreamRooms {
  typealias Instant = ContinuousClock.Instant

  /// The answer to a request for room.
  enum Answer: Sendable, Equatable {
    case granted
    /// Streams are being ended for it.
    case waits
    /// There is none, and why.
    case refused(String)
  }

  /// How far a stream's client is, in bytes.
  struct Progress: Sendable, Equatable {
    /// What it has taken.
    var taken: Int
    /// What was sent to it besides.
    var waiting: Int
  }

  private struct Stream {
    let bytes: Int
    /// As it was seen last.
    var progress = Progress(taken: 0, waiting: 0)
    /// When the client was first seen as far as it is, or to wait for more.
    var since: Instant
    var isEnding = false

    func isStalled(for patience: Duration, at now: Instant) -> Bool {
      progress.waiting > 0 && now - since >= patience
    }
  }

  struct Asked: Sendable, Equatable {
    var answer: Answer
    /// The streams that are to be ended for it.
    var ending: [Int] = []
  }

  /// What has lasted too long.
  struct Overdue: Sendable, Equatable {
    /// The streams that are to be ended.
    var ending: [Int] = []
    /// The waiting streams that get no room.
    var refused: [Int] = []
    /// The streams that get the room of others.
    var granted: [Int] = []
  }

  private struct Asker {
    let number: Int
    let bytes: Int
    let since: Instant
  }

  private let limits: ServiceLimits
  private var streams: [Int: Stream] = [:]
  /// The first is served first.
  private var askers: [Asker] = []
  private var isClosed = false

  /// How long a stream that is ended has to let its room go.
  private static let patience = Duration.seconds(5)
  /// How long a stalled stream is kept where the server is shutting down.
  private static let patienceAtTheEnd = Duration.seconds(20)

  init(_ limits: ServiceLimits) { self.limits = limits }

  /// Asks for room for a stream of this number.
  mutating func ask(_ number: Int, bytes: Int, at now: Instant) -> Asked {
    if isClosed { return Asked(answer: .refused("the server is shutting down")) }
    let staying = streams.filter { !$0.value.isEnding }
    var freeStreams = limits.streams - staying.count - askers.count
    var freeBytes =
      limits.streamBytes - staying.reduce(0) { $0 + $1.value.bytes }
      - askers.reduce(0) { $0 + $1.bytes }
    var ended: [Int] = []
    var stalled = staying.filter {
      $0.value.isStalled(for: .seconds(limits.stallSeconds), at: now)
    }.sorted { ($0.value.since, $0.key) > ($1.value.since, $1.key) }
    while freeStreams < 1 || freeBytes < bytes, let longest = stalled.popLast() {
      ended.append(longest.key)
      freeStreams += 1
      freeBytes += longest.value.bytes
    }
    if freeStreams < 1 {
      return Asked(answer: .refused("\(streams.count) of \(limits.streams) streams are open"))
    }
    if freeBytes < bytes {
      let used = streams.values.reduce(0) { $0 + $1.bytes }
      let detail = "a stream of \(bytes) bytes does not fit beside \(used) of \(limits.streamBytes)"
      return Asked(answer: .refused(detail))
    }
    for stream in ended { streams[stream]?.isEnding = true }
    askers.append(Asker(number: number, bytes: bytes, since: now))
    return Asked(answer: grant(at: now).isEmpty ? .waits : .granted, ending: ended)
  }

  /// Gives room to the waiting streams in their order, as far as there is any.
  private mutating func grant(at now: Instant) -> [Int] {
    var granted: [Int] = []
    while let first = askers.first, streams.count < limits.streams,
      first.bytes <= limits.streamBytes - streams.values.reduce(0, { $0 + $1.bytes })
    {
      askers.removeFirst()
      streams[first.number] = Stream(bytes: first.bytes, since: now)
      granted.append(first.number)
    }
    return granted
  }

  /// Notes how far a stream's client is.
  mutating func look(_ number: Int, _ progress: Progress, at now: Instant) {
    guard var stream = streams[number] else { return }
    // Sending to a client that had taken everything begins its time too.
    if stream.progress.taken != progress.taken || stream.progress.waiting == 0 {
      stream.since = now
    }
    stream.progress = progress
    streams[number] = stream
  }

  /// A stream has let its room go.
  /// - Returns: the streams that waited and have room now.
  mutating func remove(_ number: Int, at now: Instant) -> [Int] {
    streams[number] = nil
    return grant(at: now)
  }

  /// What has lasted too long by now.
  mutating func overdue(at now: Instant) -> Overdue {
    let patience = isClosed ? Self.patienceAtTheEnd : .seconds(limits.streamSeconds)
    let ended = streams.filter { !$0.value.isEnding && $0.value.isStalled(for: patience, at: now) }
      .keys.sorted()
    for number in ended { streams[number]?.isEnding = true }
    let refused = askers.filter { now - $0.since >= Self.patience }.map(\.number)
    askers.removeAll { refused.contains($0.number) }
    return Overdue(ending: ended, refused: refused, granted: grant(at: now))
  }

  /// Gives no more room.
  /// - Returns: the waiting streams that get no room.
  mutating func close() -> [Int] {
    isClosed = true
    defer { askers = [] }
    return askers.map(\.number)
  }

  /// Whether room is given no more.
  var isEnding: Bool { isClosed }
}
