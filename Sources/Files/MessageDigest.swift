internal import CCrypto

/// A digest that takes its input in pieces (libcrypto): SHA-256 for what is named by its content,
/// MD5 because published checksums are; nothing trusts MD5.
package struct MessageDigest: ~Copyable {
  package enum Algorithm: Sendable, Hashable {
    case md5, sha256

    fileprivate var byteCount: Int {
      switch self {
      case .md5: 16
      case .sha256: 32
      }
    }
  }

  /// libcrypto refused: it has no memory, or a system in FIPS mode has no MD5.
  package struct Refusal: Error, Sendable, Hashable {}

  private let context: OpaquePointer
  private let algorithm: Algorithm

  package init(_ algorithm: Algorithm) throws(Refusal) {
    guard let context = EVP_MD_CTX_new() else { throw Refusal() }
    let function =
      switch algorithm {
      case .md5: EVP_md5()
      case .sha256: EVP_sha256()
      }
    if EVP_DigestInit_ex(context, function, nil) != 1 {
      EVP_MD_CTX_free(context)
      throw Refusal()
    }
    self.context = context
    self.algorithm = algorithm
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Goes on with these bytes.
  package mutating func update(_ bytes: RawSpan) throws(Refusal) {
    let status = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    if status != 1 { throw Refusal() }
  }

  /// Ends it.
  ///
  /// - Returns: lower-case hexadecimal digits, two a byte.
  package consuming func finish() throws(Refusal) -> String {
    var digest = [UInt8](repeating: 0, count: algorithm.byteCount)
    if EVP_DigestFinal_ex(context, &digest, nil) != 1 { throw Refusal() }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
