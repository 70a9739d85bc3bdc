/// Takes what one value encodes; see ``EncodedJSON``.
///
/// Every type encodes itself as it says, without the exceptions that Foundation's encoder makes for
/// `Data` and `URL`, which nothing here has.
final class JSONTreeEncoder: Encoder {
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  private let outer: JSONTreeEncoder?
  private let key: (any CodingKey)?
  private let nonNumbers: OrderedJSON.NonNumbers
  private var content: EncodedJSON?

  /// The encoder of a whole value.
  init(_ nonNumbers: OrderedJSON.NonNumbers) {
    self.nonNumbers = nonNumbers
    (outer, key) = (nil, nil)
  }

  /// The encoder of a part.
  private init(in outer: JSONTreeEncoder, at key: (any CodingKey)?) {
    nonNumbers = outer.nonNumbers
    (self.outer, self.key) = (outer, key)
  }

  /// Put together only where somebody asks: most values are sound.
  var codingPath: [any CodingKey] {
    let path = outer?.codingPath ?? []
    return key.map { path + [$0] } ?? path
  }

  /// What was encoded; an empty object where nothing was.
  var written: EncodedJSON { content ?? .object(EncodedObject()) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    let object: EncodedObject
    if case .object(let known)? = content { object = known } else { object = EncodedObject() }
    content = .object(object)
    return KeyedEncodingContainer(
      Members<Key>(encoder: self, object: object))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    let list: EncodedList
    if case .list(let known)? = content { list = known } else { list = EncodedList() }
    content = .list(list)
    return Items(encoder: self, list: list)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  /// What a value encodes; nil where it encodes nothing.
  func encoded<Value: Encodable>(_ value: Value) throws -> EncodedJSON? {
    if let scalar = try scalar(value, at: nil) { return scalar }
    try value.encode(to: self)
    return content
  }

  /// What a part encodes.
  private func part<Value: Encodable>(
    _ value: Value, at key: @autoclosure () -> any CodingKey
  ) throws -> EncodedJSON {
    if let scalar = try scalar(value, at: key()) { return scalar }
    let part = JSONTreeEncoder(in: self, at: key())
    try value.encode(to: part)
    return part.written
  }

  /// A value that is a text, a number or a flag; nil for another one.
  private func scalar<Value: Encodable>(
    _ value: Value, at key: @autoclosure () -> (any CodingKey)?
  ) throws -> EncodedJSON? {
    switch value {
    case let text as String: .string(text)
    case let number as Int: .integer(Int64(number))
    case let number as Double: try nonNumber(number, at: key()) ?? .number(number)
    case let number as Float: try nonNumber(Double(number), at: key()) ?? .float(number)
    case let flag as Bool: .bool(flag)
    case let number as Int64: .integer(number)
    case let number as Int32: .integer(Int64(number))
    case let number as Int16: .integer(Int64(number))
    case let number as Int8: .integer(Int64(number))
    case let number as UInt: .unsigned(UInt64(number))
    case let number as UInt64: .unsigned(number)
    case let number as UInt32: .unsigned(UInt64(number))
    case let number as UInt16: .unsigned(UInt64(number))
    case let number as UInt8: .unsigned(UInt64(number))
    default: nil
    }
  }

  /// The word for a number that is not finite; nil for another one.
  private func nonNumber(_ number: Double, at key: (any CodingKey)?) throws -> EncodedJSON? {
    if number.isFinite { return nil }
    guard nonNumbers == .named else {
      throw EncodingError.invalidValue(
        number,
        .init(
          codingPath: codingPath + (key.map { [$0] } ?? []),
          debugDescription: "\(number) is no number that JSON has"))
    }
    return .string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
  }

  private struct Single: SingleValueEncodingContainer {
    let encoder: JSONTreeEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    mutating func encodeNil() { encoder.content = .null }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
      let part = JSONTreeEncoder(in: encoder, at: nil)
      encoder.content = try part.encoded(value)
    }
  }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONTreeEncoder
    let object: EncodedObject
    var codingPath: [any CodingKey] { encoder.codingPath }

    mutating func encodeNil(forKey key: Key) { object.members[key.stringValue] = .null }

    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
      object.members[key.stringValue] = try encoder.part(value, at: key)
    }

    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
      later(key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      later(key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { later(JSONPathKey(stringValue: "super")) }

    mutating func superEncoder(forKey key: Key) -> any Encoder { later(key) }

    private func later(_ key: any CodingKey) -> JSONTreeEncoder {
      let part = JSONTreeEncoder(in: encoder, at: key)
      object.members[key.stringValue] = .later(part)
      return part
    }
  }

  private struct Items: UnkeyedEncodingContainer {
    let encoder: JSONTreeEncoder
    let list: EncodedList
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { list.items.count }

    mutating func encodeNil() { list.items.append(.null) }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
      list.items.append(try encoder.part(value, at: JSONPathKey(intValue: count)))
    }

    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
      later().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      later().unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { later() }

    private func later() -> JSONTreeEncoder {
      let part = JSONTreeEncoder(in: encoder, at: JSONPathKey(intValue: count))
      list.items.append(.later(part))
      return part
    }
  }
}
