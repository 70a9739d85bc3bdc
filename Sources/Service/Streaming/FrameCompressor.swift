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

  /// What comes of a frame with some more of its bytes: it may be nothing yet.
  /// - Throws: ``Problem`` 500 where zstd fails.
  func compressed(_ part: FrameParts.Part) throws(Problem) -> ByteBuffer {
    try compressed(
      part.bytes, ofFrame: part.beginsFrame ? part.frameBytes : nil, ends: part.endsFrame)
  }

  /// A whole frame in its compressed form.
  /// - Throws: ``Problem`` 500 where zstd fails.
  func compressed(whole frame: ByteBuffer) throws(Problem) -> ByteBuffer {
    let made = frame.withUnsafeReadableBytes { bytes in
      Result<ByteBuffer, Problem> { () throws(Problem) in
        try compressed([bytes], ofFrame: bytes.count, ends: true)
      }
    }
    return try made.get()
  }

  /// - Parameter byteCount: bytes of the frame that begins; nil where it was begun before.
  private func compressed(
    _ pieces: [UnsafeRawBufferPointer], ofFrame byteCount: Int?, ends: Bool
  ) throws(Problem) -> ByteBuffer {
    let step = ZSTD_CStreamOutSize()
    var made = ByteBufferAllocator().buffer(capacity: step)
    let holds = isFree.withLock { _ in
      if let byteCount {
        // What was left of a frame that was not ended goes.
        ZSTD_CCtx_reset(context, ZSTD_reset_session_only)
        ZSTD_CCtx_setPledgedSrcSize(context, UInt64(byteCount))
      }
      for (index, piece) in pieces.enumerated() {
        let isLast = ends && index == pieces.count - 1
        var source = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
        var left = 1
        while source.pos < source.size || (isLast && left > 0) {
          made.writeWithUnsafeMutableBytes(minimumWritableBytes: step) { target in
            var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
            left = ZSTD_compressStream2(
              context, &output, &source, isLast ? ZSTD_e_end : ZSTD_e_continue)
            return output.pos
          }
          if ZSTD_isError(left) != 0 { return false }
        }
      }
      return true
    }
    guard holds else {
      throw Problem(.internalServerError, "system", "a batch could not be compressed")
    }
    return made
  }
}
