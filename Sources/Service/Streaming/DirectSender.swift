import DataLoading
import Safetensors

/// Sends the batches of a loader on a socket from where they lie, as chunks of an HTTP/1.1 answer whose
/// head was sent.
struct DirectSender: Sendable {
  let batches: FrameStream.Batches
  let socket: ClientSocket
  let service: ServedRoot
  let count: Int?

  /// Sends until the stream ends; the frame that says why is not sent.
  func run() -> Result<BatchFrame.End, ClientSocket.Gone> {
    var sent = 0
    while true {
      if let end = service.streams.end(after: sent, of: count) { return .success(end) }
      do {
        guard try sendNext() else { return .success(.epochs) }
        sent += 1
      } catch let gone as ClientSocket.Gone {
        return .failure(gone)
      } catch {
        return .success(.problem(Problem(error)))
      }
    }
  }

  /// - Returns: whether there was a batch to send.
  private func sendNext() throws -> Bool {
    let asked = ContinuousClock.now
    switch batches {
    case .whole(let loader):
      guard let lent = try loader.nextLent() else { return false }
      defer { loader.release(slot: lent.slot) }
      let making = ContinuousClock.now - asked
      let frame = try Frame(lent, loader)
      try socket.send([frame.opening] + frame.pieces + [frame.closing])
      count(frame, making: making, since: asked)
    case .pieces(let loader):
      guard let batch = try loader.nextBatch() else { return false }
      var making = ContinuousClock.now - asked
      let frame = try Frame(batch.lent, loader)
      let samples = batch.lent.count
      let inputs = frame.layout.entries.firstIndex { $0.name == "inputs" } ?? 0
      for start in stride(from: 0, to: samples, by: loader.samplesPerPiece) {
        let end = min(start + loader.samplesPerPiece, samples)
        let begun = ContinuousClock.now
        // The batch could be read a moment ago, and has been announced.
        guard let piece = unsafe try? loader.piece(start..<end, of: batch) else {
          throw ClientSocket.Gone()
        }
        making += ContinuousClock.now - begun
        try socket.send(
          (start == 0 ? [frame.opening] + frame.pieces[..<inputs] : []) + [piece]
            + (end == samples ? frame.pieces[(inputs + 1)...] + [frame.closing] : []))
      }
      count(frame, making: making, since: asked)
    }
    return true
  }

  private func count(_ frame: Frame, making: Duration, since asked: ContinuousClock.Instant) {
    service.metrics.batchSent(
      samples: frame.lent.count, bytes: 8 + frame.layout.byteCount,
      waitedForBatch: making.inSeconds,
      waitedForClient: (ContinuousClock.now - asked - making).inSeconds)
  }

  /// A batch as a chunk with a frame.
  private final class Frame {
    let lent: LentBatch
    let layout: SafetensorsLayout
    private let loader: any BatchSource
    /// What stands before the numbers, and after them.
    private let head: UnsafeMutableRawBufferPointer
    private static let end = StaticString("\r\n")

    init(_ lent: LentBatch, _ loader: any BatchSource) throws(TensorError) {
      self.lent = lent
      self.loader = loader
      layout = try BatchFrame.layout(lent, of: loader)
      let length = layout.byteCount
      let bytes =
        Array("\(String(8 + length, radix: 16))\r\n".utf8)
        + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + layout.header
      head = .allocate(byteCount: bytes.count, alignment: 1)
      head.copyBytes(from: bytes)
    }

    deinit { head.deallocate() }

    var opening: UnsafeRawBufferPointer { UnsafeRawBufferPointer(head) }
    var closing: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(start: Self.end.utf8Start, count: Self.end.utf8CodeUnitCount)
    }

    /// The numbers, in the order of the layout.
    var pieces: [UnsafeRawBufferPointer] { BatchFrame.pieces(lent, of: loader, layout) }
  }
}
