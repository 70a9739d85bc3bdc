import CZstd

/// Undoes zstd, by the library's own reader of streams.
enum Zstd {
  struct Failure: Error {}

  /// The bytes of all frames one after the other.
  static func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
    guard let context = ZSTD_createDCtx() else { throw Failure() }
    defer { ZSTD_freeDCtx(context) }
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    return try bytes.withUnsafeBytes { bytes in
      var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
      while input.pos < input.size {
        let (left, count) = part.withUnsafeMutableBytes { part in
          var output = ZSTD_outBuffer(dst: part.baseAddress, size: part.count, pos: 0)
          return (ZSTD_decompressStream(context, &output, &input), output.pos)
        }
        guard ZSTD_isError(left) == 0 else { throw Failure() }
        all += part[..<count]
      }
      return all
    }
  }
}
