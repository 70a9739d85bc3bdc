import DataLoading

/// Sends the batches of a loader on a socket from where they lie, as chunks of an HTTP/1.1 answer whose
/// head was sent.
struct DirectSender: Sendable {
  let batches: FrameStream.Batches
  let socket: ClientSocket
  let service: ServedRoot
  let count: Int?

  private static let chunkEnd = StaticString("\r\n")

  /// Sends until the stream ends; the frame that says why is not sent.
  func run() -> Result<BatchFrame.End, ClientSocket.Gone> {
    let parts = FrameParts(batches)
    var account = FrameAccount(service.metrics)
    while true {
      if account.isBetweenFrames, let end = service.streams.end(after: account.sent, of: count) {
        return .success(end)
      }
      do {
        guard let part = try account.making({ try parts.next() }) else { return .success(.epochs) }
        try send(part)
        account.add(part, bytes: part.bytes.reduce(0) { $0 + $1.count })
      } catch let gone as ClientSocket.Gone {
        return .failure(gone)
      } catch {
        return .success(.problem(Problem(error)))
      }
    }
  }

  /// Sends a part; a frame is a chunk.
  private func send(_ part: FrameParts.Part) throws {
    let opening = part.beginsFrame ? Array("\(String(part.frameBytes, radix: 16))\r\n".utf8) : []
    let closing = UnsafeRawBufferPointer(
      start: Self.chunkEnd.utf8Start, count: part.endsFrame ? Self.chunkEnd.utf8CodeUnitCount : 0)
    try opening.withUnsafeBytes { try socket.send([$0] + part.bytes + [closing]) }
  }
}
