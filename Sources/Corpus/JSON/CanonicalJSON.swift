/// Canonical JSON of any encodable value; what fingerprints are taken over.
public enum CanonicalJSON {
  /// The canonical text of `value` (see ``JSONValue/canonicalBytes()``), as UTF-8.
  /// - Throws: `EncodingError` when the value cannot be written as JSON, for one a number that is
  ///   not finite.
  public static func encode(_ value: some Encodable) throws -> [UInt8] {
    try JSONValue(encoding: value).canonicalBytes()
  }
}
