import CZstd
import HTTPTypes
import NIOCore
import Synchronization

/// Compresses the frames of a stream by zstd (RFC 8878), each into one of zstd's own frames: the
/// whole is one stream of zstd, and a reader of it has a batch as soon as its bytes are there.
///
/// `@unchecked Sendable`: one frame after the other is compressed, with the lock held.
final class FrameCompressor: @unchecked Sendable {
  private let context: OpaquePointer
  private let isFree = Mutex(())

  /// The fastest of the usual levels: a stream is to gain from it, not to wait for it.
  private static let level: Int32 = 1

  /// - Throws: ``Problem`` 503 where there is no memory for it.
  convenience init() throws(Problem) {
    guard let context = ZSTD_createCCtx() else {
      throw Problem(.serviceUnavailable, "system", "there is no memory to compress with")
    }
    self.init(context)
  }

  /// Apart from what can fail: the optimiser of Swift 6.3 ends with an error where an initialiser
  /// throws while a mutex is already there.
  private init(_ context: OpaquePointer) {
    self.context = context
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
    // So that a wrong bit is found where it is undone.
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  /// A frame in its compressed form.
  /// - Throws: ``Problem`` 500 where zstd fails.
  func compressed(_ frame: ByteBuffer) throws(Problem) -> ByteBuffer {
    let bound = ZSTD_compressBound(frame.readableBytes)
    var made = ByteBufferAllocator().buffer(capacity: bound)
    let count = isFree.withLock { _ in
      made.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
        frame.withUnsafeReadableBytes { source in
          let count = ZSTD_compress2(
            context, target.baseAddress, target.count, source.baseAddress, source.count)
          return ZSTD_isError(count) == 0 ? count : 0
        }
      }
    }
    guard count > 0 else {
      throw Problem(.internalServerError, "system", "a batch could not be compressed")
    }
    return made
  }
}
