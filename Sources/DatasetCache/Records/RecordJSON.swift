import Corpus

/// The JSON of records: keys in order, slashes as they are, no spaces, so that equal records have
/// equal bytes.
enum RecordJSON {
  /// The bytes of a value.
  ///
  /// - Throws: `CacheError` `.invalidRecord` for what JSON cannot hold, such as NaN.
  static func encode(_ value: some Encodable) throws(CacheError) -> [UInt8] {
    do {
      return try OrderedJSON.encode(value)
    } catch {
      throw CacheError(
        kind: .invalidRecord, operation: "encode", subject: "\(type(of: value))",
        detail: "\(error)")
    }
  }

  /// The value of JSON bytes.
  ///
  /// - Throws: `CacheError` `.invalidRecord`, which names the subject.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from json: [UInt8], subject: String
  ) throws(CacheError) -> Value {
    do {
      return try StrictJSON.decode(type, from: json, named: "the record")
    } catch {
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: subject, detail: "\(error)",
        hint: CacheError.repairHint)
    }
  }
}
