import Files

/// A SHA-256 that takes its input in pieces.
struct SHA256: ~Copyable {
  private var digest: MessageDigest

  init() throws(CacheError) {
    do { digest = try MessageDigest(.sha256) } catch { throw Self.failure }
  }

  private static var failure: CacheError {
    CacheError(
      kind: .system, operation: "compute", subject: "a SHA-256",
      detail: "libcrypto does not provide it", hint: "check the installation of OpenSSL")
  }

  mutating func update(_ bytes: RawSpan) throws(CacheError) {
    do { try digest.update(bytes) } catch { throw Self.failure }
  }

  /// Takes a piece with its length before it, so that pieces cannot run into each other.
  mutating func updateDelimited(_ bytes: RawSpan) throws(CacheError) {
    let count = [UInt64(bytes.byteCount).littleEndian]
    try update(unsafe count.span.bytes)
    try update(bytes)
  }

  /// Ends it.
  ///
  /// - Returns: 64 hex digits.
  consuming func finish() throws(CacheError) -> String {
    do { return try digest.finish() } catch { throw Self.failure }
  }
}
