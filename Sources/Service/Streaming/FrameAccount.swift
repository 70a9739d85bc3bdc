/// Counts the frames of a stream, and for what each has waited.
struct FrameAccount {
  private let metrics: ServiceMetrics
  private var begun = ContinuousClock.now
  private var making = Duration.zero
  private var bytes = 0
  /// Frames that were sent to their end.
  private(set) var sent = 0
  private(set) var isBetweenFrames = true

  init(_ metrics: ServiceMetrics) { self.metrics = metrics }

  /// Does what makes some of a frame.
  mutating func making<Made>(_ make: () throws -> Made) rethrows -> Made {
    let start = start()
    defer { made(since: start) }
    return try make()
  }

  /// The same of what others make meanwhile.
  mutating func making<Made>(
    isolation: isolated (any Actor)? = #isolation, _ make: () async throws -> Made
  ) async rethrows -> Made {
    let start = start()
    defer { made(since: start) }
    return try await make()
  }

  private mutating func start() -> ContinuousClock.Instant {
    let now = ContinuousClock.now
    if isBetweenFrames {
      begun = now
      making = .zero
      bytes = 0
    }
    return now
  }

  private mutating func made(since start: ContinuousClock.Instant) {
    making += ContinuousClock.now - start
  }

  /// Some of a frame was sent.
  /// - Parameter bytes: as many as the client gets of it.
  mutating func add(_ part: FrameParts.Part, bytes: Int) {
    add(samples: part.samples, bytes: bytes, endsFrame: part.endsFrame)
  }

  /// The same of a part that lies no longer where it was.
  mutating func add(samples: Int, bytes: Int, endsFrame: Bool) {
    self.bytes += bytes
    isBetweenFrames = endsFrame
    guard endsFrame else { return }
    sent += 1
    metrics.batchSent(
      samples: samples, bytes: self.bytes, waitedForBatch: making.inSeconds,
      waitedForClient: (ContinuousClock.now - begun - making).inSeconds)
  }
}
