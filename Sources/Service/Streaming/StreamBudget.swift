import HTTPTypes
import Synchronization

/// How many streams are open and how much memory their rings take, kept below a limit.
final class StreamBudget: Sendable {
  private struct Use {
    var streams = 0
    var bytes = 0
    var isEnding = false
  }

  private let use = Mutex(Use())
  private let limits: ServiceLimits
  private let metrics: ServiceMetrics

  init(_ limits: ServiceLimits, _ metrics: ServiceMetrics) {
    self.limits = limits
    self.metrics = metrics
  }

  /// Room for a stream, given back when it is let go.
  final class Room: Sendable {
    private let budget: StreamBudget
    private let bytes: Int

    fileprivate init(_ budget: StreamBudget, bytes: Int) {
      self.budget = budget
      self.bytes = bytes
    }

    deinit { budget.give(bytes) }
  }

  /// Takes room.
  /// - Throws: ``Problem`` 503 where there is none.
  func take(bytes: Int) throws(Problem) -> Room {
    let refusal = use.withLock { use -> String? in
      if use.isEnding { return "the server is shutting down" }
      if use.streams >= limits.streams { return "\(use.streams) streams are open" }
      if bytes > limits.streamBytes - use.bytes {
        return "a ring of \(bytes) bytes does not fit beside \(use.bytes) of \(limits.streamBytes)"
      }
      use.streams += 1
      use.bytes += bytes
      return nil
    }
    if let refusal {
      metrics.streamRefused()
      throw Problem(
        .serviceUnavailable, "stopped", refusal, hint: "try again later, or with smaller batches",
        headers: [.retryAfter: "5"])
    }
    metrics.streamBegan(memory: bytes)
    return Room(self, bytes: bytes)
  }

  private func give(_ bytes: Int) {
    use.withLock { use in
      use.streams -= 1
      use.bytes -= bytes
    }
    metrics.streamEnded(memory: bytes)
  }

  /// Lets no new stream begin, and the open ones end after the batch that they are sending.
  func end() { use.withLock { $0.isEnding = true } }

  /// Why a stream ends that has sent so many batches; nil where it goes on.
  func end(after sent: Int, of count: Int?) -> BatchFrame.End? {
    if isEnding { return .shutdown }
    return count.map { sent >= $0 } == true ? .count : nil
  }

  /// Whether streams must end.
  var isEnding: Bool { use.withLock { $0.isEnding } }
}
