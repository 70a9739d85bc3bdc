/// Any JSON value, and its one canonical text.
///
/// Fingerprints and manifest hashes are taken over canonical text, so its bytes must depend neither
/// on the order in which a dictionary happens to iterate nor on the version of an encoder.
public enum JSONValue: Sendable, Hashable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number without a fraction.
  case integer(Int64)
  /// A number without a fraction that is too large for `integer`, such as a seed of 64 bits.
  case unsigned(UInt64)
  /// Any other number; one that is not finite is written as `null`, as JSON has no word for it.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Named values.
  case object([String: JSONValue])

  /// The canonical text as UTF-8: keys in byte order, no white space, only `"`, `\` and control
  /// characters escaped, whole numbers without a fraction, other numbers as the shortest decimal
  /// that reads back to the same `Double`.
  public func canonicalBytes() -> [UInt8] {
    var writer = JSONWriter(.canonical)
    write(to: &writer)
    return writer.bytes
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.word("null")
    case .bool(let flag): writer.word(flag ? "true" : "false")
    case .integer(let number): writer.word(String(number))
    case .unsigned(let number): writer.word(String(number))
    case .number(let number): writer.number(number)
    case .string(let text): writer.text(text)
    case .array(let items): writer.list(items) { $0.write(to: &$1) }
    case .object(let members): writer.object(members) { $0.write(to: &$1) }
    }
  }
}

extension JSONValue: Codable {
  /// Reads any JSON value; numbers that fit are integers.
  /// - Throws: `DecodingError` where the decoder holds something that JSON cannot.
  public init(from decoder: any Decoder) throws {
    if let decoder = decoder as? JSONTreeDecoder {
      self = decoder.json
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
      // No decoder takes a text for anything else, and each refusal takes its time.
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .unsigned(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  /// - Throws: `EncodingError` where the encoder cannot hold it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}
