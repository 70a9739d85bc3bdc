import CXXHash
import Files

extension OpenFile {
  /// Bytes that are taken at a time of a file that is not held in memory.
  private static var pieceBytes: Int { 1 << 20 }

  /// The MD5 of all bytes, as 32 lower-case hexadecimal digits.
  /// - Throws: ``AudioError``: unreadable, changed (its size or time is not what it was), library.
  func md5() throws(AudioError) -> String {
    let refused = AudioError(
      .library, "hash", path, detail: "has no MD5: libcrypto does not make one")
    do {
      var digest = try MessageDigest(.md5)
      if let held = unsafe heldBytes {
        try digest.update(unsafe RawSpan(_unsafeBytes: held))
        return try digest.finish()
      }
      var offset: Int64 = 0
      while offset < byteCount {
        let piece = try bytes(at: offset, count: Self.pieceBytes)
        if piece.isEmpty { break }
        try digest.update(unsafe piece.span.bytes)
        offset += Int64(piece.count)
      }
      if offset != byteCount { throw AudioError(.changed, "read", path) }
      try checkUnchanged()
      return try digest.finish()
    } catch {
      throw error as? AudioError ?? refused
    }
  }

  /// The XXH3-128 of all bytes, as 32 lower-case hexadecimal digits, the higher half first (as
  /// `xxhsum -H2` prints it).
  /// - Throws: ``AudioError``: unreadable, changed (its size or time is not what it was), library.
  func xxh3() throws(AudioError) -> String {
    var halves: (high: UInt64, low: UInt64) = (0, 0)
    if let held = unsafe heldBytes {
      unsafe halves.low = lathe_xxh3_128(held.baseAddress, held.count, &halves.high)
    } else {
      guard let state = unsafe XXH3_createState() else {
        throw AudioError(.library, "hash", path, detail: "has no XXH3: there is no memory")
      }
      defer { _ = unsafe XXH3_freeState(state) }
      _ = unsafe XXH3_128bits_reset(state)
      var offset: Int64 = 0
      while offset < byteCount {
        let piece = try bytes(at: offset, count: Self.pieceBytes)
        if piece.isEmpty { break }
        _ = unsafe piece.withUnsafeBytes { bytes in
          unsafe XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
        }
        offset += Int64(piece.count)
      }
      if offset != byteCount { throw AudioError(.changed, "read", path) }
      try checkUnchanged()
      let hash = unsafe XXH3_128bits_digest(state)
      halves = (hash.high64, hash.low64)
    }
    return Self.digits(halves.high) + Self.digits(halves.low)
  }

  private static func digits(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
