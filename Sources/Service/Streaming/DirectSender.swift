import DataLoading
import Safetensors

/// Sends the batches of a loader on a socket from where they lie in its ring, as chunks of an
/// HTTP/1.1 answer whose head was sent.
struct DirectSender: Sendable {
  let loader: Loader
  let socket: PlainSocket
  let service: ServedRoot
  let count: Int?

  /// For how long a client that takes nothing is waited for, and for how long where the server is
  /// shutting down.
  private static let patience = Duration.seconds(300)
  private static let patienceAtTheEnd = Duration.seconds(20)

  /// Sends until the stream ends; the frame that says why is not sent.
  func run() -> Result<BatchFrame.End, PlainSocket.Gone> {
    var sent = 0
    while true {
      if let end = service.streams.end(after: sent, of: count) { return .success(end) }
      let asked = ContinuousClock.now
      do {
        guard let lent = try loader.nextLent() else { return .success(.epochs) }
        defer { loader.release(slot: lent.slot) }
        let ready = ContinuousClock.now
        let layout = try BatchFrame.layout(lent, of: loader)
        try send(lent, layout)
        sent += 1
        service.metrics.batchSent(
          samples: lent.count, bytes: 8 + layout.byteCount,
          waitedForBatch: (ready - asked).inSeconds,
          waitedForClient: (ContinuousClock.now - ready).inSeconds)
      } catch let gone as PlainSocket.Gone {
        return .failure(gone)
      } catch {
        return .success(.problem(Problem(error)))
      }
    }
  }

  private func send(_ lent: LentBatch, _ layout: SafetensorsLayout) throws(PlainSocket.Gone) {
    let length = layout.byteCount
    let opening =
      Array("\(String(8 + length, radix: 16))\r\n".utf8)
      + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + layout.header
    let closing = Array("\r\n".utf8)
    let begun = ContinuousClock.now
    let mayWait = {
      ContinuousClock.now - begun
        < (service.streams.isEnding ? Self.patienceAtTheEnd : Self.patience)
    }
    let result = opening.withUnsafeBytes { opening in
      closing.withUnsafeBytes { closing in
        Result { () throws(PlainSocket.Gone) in
          try socket.send(
            [opening] + BatchFrame.pieces(lent, of: loader, layout) + [closing],
            whileWaiting: mayWait)
        }
      }
    }
    try result.get()
  }
}
