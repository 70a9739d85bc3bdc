import DataLoading
import Hummingbird
import NIOCore
import NIOPosix
import OpenCaches
import Synchronization

/// Sends the batches of a loader one after the other, each when the client has taken the one
/// before: a client that does not read keeps its own ring waiting, and nobody else.
struct FrameStream: Sendable {
  /// What makes the batches.
  enum Batches: Sendable {
    /// Ahead, each as a whole.
    case whole(Loader)
    /// As they are sent: what a client that does not read costs is one piece.
    case pieces(PieceLoader)
  }

  let batches: Batches
  /// Keeps the caches open.
  let parts: LoaderParts
  let room: StreamBudget.Room
  let service: ServedRoot
  /// How many batches at most; nil for all.
  let count: Int?
  let channel: any Channel
  /// Whether batches can be sent from where they lie.
  let isDirect: Bool
  /// Compresses each frame for itself; nil where the client did not ask for that.
  let compressor: FrameCompressor?

  /// The body of the answer.
  func write(to writer: inout any ResponseBodyWriter) async throws {
    do {
      let last = BatchFrame.end(try await send(to: &writer))
      try await writer.write(try compressor?.compressed(whole: last) ?? last)
      try await writer.finish(nil)
    } catch {
      await close()
      throw error
    }
    await close()
  }

  /// Sends the batches, while it is watched whether the client takes them.
  private func send(to writer: inout any ResponseBodyWriter) async throws -> BatchFrame.End {
    guard let socket = try await ClientSocket(of: channel) else {
      throw ClientSocket.Gone()
    }
    room.watch(.init(progress: { socket.progress }, end: { socket.breakOff() }))
    defer { room.watch(nil) }
    if !isDirect { return try await sendCopies(to: &writer) }
    try await socket.waitUntilFree(channel)
    return try await send(on: socket)
  }

  /// Sends on a socket, in a thread that may wait for it.
  private func send(on socket: ClientSocket) async throws -> BatchFrame.End {
    let sender = DirectSender(
      batches: batches, socket: socket, service: service, count: count)
    let thread = Mutex<OwnThread?>(nil)
    let result = await withCheckedContinuation { continuation in
      do throws(LoadingError) {
        let begun = try OwnThread { continuation.resume(returning: sender.run()) }
        thread.withLock { $0 = begun }
      } catch {
        continuation.resume(returning: .success(.problem(Problem(error))))
      }
    }
    thread.withLock { $0 }?.join()
    return try result.get()
  }

  /// Bytes that a stream takes besides its loader where its frames are copied: a part of one, what TLS
  /// makes of it, and what zstd holds of a frame at its first level.
  static func copyBytes(isCompressed: Bool) -> Int {
    4 * FrameParts.bytes + (isCompressed ? 2 << 20 : 0)
  }

  /// A part of a frame as it goes through the connection's pipeline.
  private struct Copy {
    let buffer: ByteBuffer
    let samples: Int
    let endsFrame: Bool
  }

  /// Sends copies through the connection's pipeline, as TLS and compression need it. The next part is
  /// made when the connection has taken the one before.
  private func sendCopies(to writer: inout any ResponseBodyWriter) async throws -> BatchFrame.End {
    let parts = FrameParts(batches)
    var account = FrameAccount(service.metrics)
    while true {
      if account.isBetweenFrames, let end = service.streams.end(after: account.sent, of: count) {
        return end
      }
      let next: Copy?
      do {
        next = try await account.making {
          try await service.streamThreads.runIfActive { try copy(ofNext: parts) }
        }
      } catch {
        // Within a frame nothing can be said any more.
        guard account.isBetweenFrames, !(error is ClientSocket.Gone) else { throw error }
        return .problem(Problem(error))
      }
      guard let next else { return .epochs }
      if next.buffer.readableBytes > 0 {
        try await writer.write(next.buffer)
        // The writer says that there is room until the event loop has come to what was written before:
        // a fast loader filled many times a part meanwhile.
        try await channel.eventLoop.submit {}.get()
      }
      account.add(
        samples: next.samples, bytes: next.buffer.readableBytes, endsFrame: next.endsFrame)
    }
  }

  private func copy(ofNext parts: FrameParts) throws -> Copy? {
    guard let part = try parts.next() else { return nil }
    let buffer: ByteBuffer
    if let compressor {
      buffer = try compressor.compressed(part)
    } else {
      var copied = ByteBufferAllocator().buffer(
        capacity: part.bytes.reduce(0) { $0 + $1.count })
      for bytes in part.bytes { copied.writeBytes(bytes) }
      buffer = copied
    }
    return Copy(buffer: buffer, samples: part.samples, endsFrame: part.endsFrame)
  }

  /// Ends the loader's threads, which takes as long as a sample of each.
  private func close() async {
    guard case .whole(let loader) = batches else { return }
    _ = try? await service.streamThreads.runIfActive { loader.close() }
  }
}
