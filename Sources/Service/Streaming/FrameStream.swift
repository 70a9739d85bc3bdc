import DataLoading
import Hummingbird
import NIOCore
import NIOPosix
import OpenCaches

/// Sends the batches of a loader one after the other, each when the client has taken the one
/// before: a client that does not read keeps its own ring waiting, and nobody else.
struct FrameStream: Sendable {
  let loader: Loader
  /// Keeps the caches open.
  let parts: LoaderParts
  let room: StreamBudget.Room
  let service: ServedRoot
  /// How many batches at most; nil for all.
  let count: Int?

  private enum Step: Sendable {
    case frame(ByteBuffer, samples: Int)
    case end(BatchFrame.End)
  }

  /// The body of the answer.
  func write(to writer: inout any ResponseBodyWriter) async throws {
    do {
      try await send(to: &writer)
    } catch {
      await close()
      throw error
    }
    await close()
  }

  private func send(to writer: inout any ResponseBodyWriter) async throws {
    var sent = 0
    while true {
      let asked = ContinuousClock.now
      let step = try await next(sent)
      let ready = ContinuousClock.now
      switch step {
      case .frame(let frame, let samples):
        try await writer.write(frame)
        sent += 1
        service.metrics.batchSent(
          samples: samples, bytes: frame.readableBytes,
          waitedForBatch: (ready - asked).inSeconds,
          waitedForClient: (ContinuousClock.now - ready).inSeconds)
      case .end(let end):
        try await writer.write(BatchFrame.end(end))
        return try await writer.finish(nil)
      }
    }
  }

  private func next(_ sent: Int) async throws -> Step {
    if service.streams.isEnding { return .end(.shutdown) }
    if let count, sent >= count { return .end(.count) }
    return try await service.streamThreads.runIfActive { () -> Step in
      do {
        guard let lent = try loader.nextLent() else { return .end(.epochs) }
        defer { loader.release(slot: lent.slot) }
        return .frame(try BatchFrame.buffer(lent, of: loader), samples: lent.count)
      } catch {
        return .end(.problem(Problem(error)))
      }
    }
  }

  /// Ends the loader's threads, which takes as long as a sample of each.
  private func close() async {
    _ = try? await service.streamThreads.runIfActive { loader.close() }
  }
}
