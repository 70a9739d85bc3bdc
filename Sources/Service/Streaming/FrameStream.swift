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
    /// Ahead, each as a whole, and copied into the answer where that cannot be helped.
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
      try await writer.write(try compressor?.compressed(last) ?? last)
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
    if case .whole(let loader) = batches, !isDirect {
      return try await sendCopies(of: loader, to: &writer)
    }
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

  /// Sends copies through the connection's pipeline, as TLS needs it.
  private func sendCopies(
    of loader: Loader, to writer: inout any ResponseBodyWriter
  ) async throws -> BatchFrame.End {
    var sent = 0
    while true {
      if let end = service.streams.end(after: sent, of: count) { return end }
      let asked = ContinuousClock.now
      let next = try await service.streamThreads.runIfActive {
        () -> Result<(frame: ByteBuffer, samples: Int)?, Problem> in
        do {
          guard let lent = try loader.nextLent() else { return .success(nil) }
          defer { loader.release(slot: lent.slot) }
          let frame = try BatchFrame.buffer(lent, of: loader)
          return .success((try compressor?.compressed(frame) ?? frame, lent.count))
        } catch {
          return .failure(Problem(error))
        }
      }
      let ready = ContinuousClock.now
      switch next {
      case .failure(let problem): return .problem(problem)
      case .success(nil): return .epochs
      case .success(let (frame, samples)?):
        try await writer.write(frame)
        sent += 1
        service.metrics.batchSent(
          samples: samples, bytes: frame.readableBytes,
          waitedForBatch: (ready - asked).inSeconds,
          waitedForClient: (ContinuousClock.now - ready).inSeconds)
      }
    }
  }

  /// Ends the loader's threads, which takes as long as a sample of each.
  private func close() async {
    guard case .whole(let loader) = batches else { return }
    _ = try? await service.streamThreads.runIfActive { loader.close() }
  }
}
