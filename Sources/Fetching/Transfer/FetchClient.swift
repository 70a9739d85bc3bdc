import Corpus
import Glibc

/// Asks servers again and again, as patience allows, and one after the other; for one thread at a time.
final class FetchClient {
  let connection: HTTPConnection
  let patience: Patience
  let cancellation: Cancellation
  private let observe: @Sendable (FetchEvent) -> Void

  /// Bytes that a server must bring for its failures before them to be forgotten.
  private static let progressBytes = 1 << 16

  init(
    _ patience: Patience, _ environment: [String: String], _ cancellation: Cancellation,
    _ observe: @escaping @Sendable (FetchEvent) -> Void
  ) throws(FetchError) {
    connection = try HTTPConnection(patience, environment, cancellation)
    self.patience = patience
    self.cancellation = cancellation
    self.observe = observe
  }

  func report(_ event: FetchEvent) { observe(event) }

  /// What the first server gives that gives it.
  ///
  /// - Parameters:
  ///   - subject: what is fetched.
  ///   - received: the bytes that have come so far.
  ///   - ask: asks one server once.
  /// - Throws: ``FetchError``: of the kind `nowhere` where several servers failed, with their reasons.
  func first<Value>(
    of mirrors: [RemoteAddress], for subject: String, received: () -> Int,
    _ ask: (RemoteAddress) throws(FetchError) -> Value
  ) throws(FetchError) -> Value {
    var failures: [FetchError] = []
    for (index, mirror) in mirrors.enumerated() {
      do {
        return try insist(on: mirror, received, ask)
      } catch {
        if error.isOurs { throw error }
        failures.append(error)
        if index + 1 < mirrors.count { report(.leftMirror(error)) }
      }
    }
    if failures.count == 1 { throw failures[0] }
    throw FetchError(
      .nowhere, subject,
      "could not be had anywhere: \(failures.map { "\($0.subject) \($0.detail)" }.joined(separator: ", "))",
      hint: failures.last?.hint ?? "give a mirror")
  }

  private func insist<Value>(
    on mirror: RemoteAddress, _ received: () -> Int,
    _ ask: (RemoteAddress) throws(FetchError) -> Value
  ) throws(FetchError) -> Value {
    var failures = 0
    var most = received()
    while true {
      do throws(FetchError) {
        if cancellation.isCancelled { throw FetchError.interrupted }
        return try ask(mirror)
      } catch {
        guard error.isPassing else { throw error }
        if received() >= most + Self.progressBytes { failures = 0 }
        most = max(most, received())
        failures += 1
        guard let pause = patience.pause(after: failures, error) else { throw error }
        report(.waiting(error, seconds: pause))
        try wait(pause)
      }
    }
  }

  private func wait(_ seconds: Double) throws(FetchError) {
    var left = Int(seconds * 1_000)
    while left > 0 {
      if cancellation.isCancelled { throw FetchError.interrupted }
      usleep(UInt32(min(left, 50)) * 1_000)
      left -= 50
    }
  }
}
