import DataLoading
import Safetensors

/// Sends the batches of a loader on a socket from where they lie in its ring, as chunks of an
/// HTTP/1.1 answer whose head was sent.
struct DirectSender: Sendable {
  let loader: Loader
  let socket: ClientSocket
  let service: ServedRoot
  let count: Int?

  /// Sends until the stream ends; the frame that says why is not sent.
  func run() -> Result<BatchFrame.End, ClientSocket.Gone> {
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
      } catch let gone as ClientSocket.Gone {
        return .failure(gone)
      } catch {
        return .success(.problem(Problem(error)))
      }
    }
  }

  private func send(_ lent: LentBatch, _ layout: SafetensorsLayout) throws(ClientSocket.Gone) {
    let length = layout.byteCount
    let opening =
      Array("\(String(8 + length, radix: 16))\r\n".utf8)
      + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + layout.header
    let closing = Array("\r\n".utf8)
    let result = opening.withUnsafeBytes { opening in
      closing.withUnsafeBytes { closing in
        Result { () throws(ClientSocket.Gone) in
          try socket.send([opening] + BatchFrame.pieces(lent, of: loader, layout) + [closing])
        }
      }
    }
    try result.get()
  }
}
