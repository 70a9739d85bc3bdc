/// SHA-256 of a view's canonical recipe: the name under which its values are cached.
public struct Fingerprint: Sendable, Hashable, Codable, CustomStringConvertible {
  /// 64 lower-case hex digits.
  public let hex: String

  /// The fingerprint of bytes, such as canonical JSON.
  ///
  /// - Throws: `CacheError` `.system` where libcrypto has no SHA-256.
  public init(hashing bytes: [UInt8]) throws(CacheError) {
    var hash = try SHA256()
    try hash.update(unsafe bytes.span.bytes)
    hex = try hash.finish()
  }

  /// A fingerprint written in hex; nil unless it has 64 lower-case hex digits.
  public init?(hex: String) {
    let isHex = hex.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    guard isHex, hex.utf8.count == 64 else { return nil }
    self.hex = hex
  }

  /// Reads the hex digits as a JSON string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Fingerprint(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a fingerprint has 64 hex digits")
    }
    self = value
  }

  /// Writes the hex digits as a JSON string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  /// The hex digits.
  public var description: String { hex }
}
