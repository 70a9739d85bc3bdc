import HTTPTypes
import Hummingbird
import Synchronization

/// How many bytes of long answers wait to be taken by clients, kept below a limit.
final class AnswerBudget: Sendable {
  private let waiting = Mutex(0)
  private let limit: Int
  private let metrics: ServiceMetrics

  /// Answers up to this size are not counted: the number of connections limits them.
  private static let short = 64 << 10

  init(limit: Int, metrics: ServiceMetrics) {
    self.limit = limit
    self.metrics = metrics
  }

  /// Room for an answer, given back when it is let go.
  private final class Room: Sendable {
    private let budget: AnswerBudget
    private let bytes: Int

    init(_ budget: AnswerBudget, bytes: Int) {
      self.budget = budget
      self.bytes = bytes
    }

    deinit {
      budget.waiting.withLock { $0 -= bytes }
      budget.metrics.longAnswers(changedBy: -bytes)
    }
  }

  /// Lets an answer keep its room until it is sent or its client is gone.
  /// - Throws: ``Problem`` 503 where there is no room; one answer alone always has room.
  func counted(_ response: Response) throws(Problem) -> Response {
    let body = response.body
    guard let length = body.contentLength, length > Self.short else { return response }
    let hasRoom = waiting.withLock { waiting in
      guard waiting == 0 || waiting + length <= limit else { return false }
      waiting += length
      return true
    }
    guard hasRoom else {
      throw Problem(
        .serviceUnavailable, "limit", "too many long answers wait for their clients",
        hint: "try again later, or ask for a slice", headers: [.retryAfter: "5"])
    }
    metrics.longAnswers(changedBy: length)
    let room = Room(self, bytes: length)
    var counted = response
    counted.body = ResponseBody(contentLength: length) { writer in
      try await body.write(writer)
      withExtendedLifetime(room) {}
    }
    return counted
  }
}
