import CCrypto

/// A SHA-256 that takes its input in pieces (libcrypto).
@safe struct SHA256: ~Copyable {
  private let context: OpaquePointer

  init() throws(CacheError) {
    guard let context = unsafe EVP_MD_CTX_new(),
      unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    else { throw Self.failure() }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  private static func failure() -> CacheError {
    CacheError(
      kind: .system, operation: "compute", subject: "a SHA-256",
      detail: "libcrypto does not provide it", hint: "check the installation of OpenSSL")
  }

  mutating func update(_ bytes: RawSpan) throws(CacheError) {
    let code = unsafe bytes.withUnsafeBytes { bytes in
      unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
    if code != 1 { throw Self.failure() }
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
    var digest = [UInt8](repeating: 0, count: 32)
    if unsafe EVP_DigestFinal_ex(context, &digest, nil) != 1 { throw Self.failure() }
    return hexadecimal(digest)
  }
}

/// Lower-case hex digits, two a byte.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
