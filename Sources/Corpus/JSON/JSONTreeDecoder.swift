/// Gives a type the JSON value that it decodes itself from: the reverse of ``JSONTreeEncoder``.
struct JSONTreeDecoder: Decoder {
  let json: JSONValue
  private let path: Path?
  private let nonNumbers: OrderedJSON.NonNumbers

  /// The decoder of a whole value.
  init(_ json: JSONValue, _ nonNumbers: OrderedJSON.NonNumbers = .refused) {
    self.init(json, at: nil, nonNumbers)
  }

  /// The decoder of an item of a list that the outermost object has under a key.
  init(_ json: JSONValue, item index: Int, of key: String) {
    let list = Path(outer: nil, key: JSONPathKey(stringValue: key))
    self.init(json, at: Path(outer: list, key: JSONPathKey(intValue: index)), .refused)
  }

  private init(_ json: JSONValue, at path: Path?, _ nonNumbers: OrderedJSON.NonNumbers) {
    self.json = json
    self.path = path
    self.nonNumbers = nonNumbers
  }

  var userInfo: [CodingUserInfoKey: Any] { [:] }
  var codingPath: [any CodingKey] { Path.keys(path) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = json else { throw mismatch([String: JSONValue].self) }
    return KeyedDecodingContainer(Members(decoder: self, members: members))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let items) = json else { throw mismatch([JSONValue].self) }
    return Items(decoder: self, items: items)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  private func part(_ json: JSONValue, at key: any CodingKey) -> JSONTreeDecoder {
    JSONTreeDecoder(json, at: Path(outer: path, key: key), nonNumbers)
  }

  /// A part as a text, a number, a flag or JSON, for which no decoder is needed; nil for another type.
  private func scalar<Value: Decodable>(
    _ type: Value.Type, of json: JSONValue, at key: @autoclosure () -> (any CodingKey)?
  ) throws -> Value? {
    let scalar: Any?
    switch json {
    case .string(let text) where type == String.self: scalar = text
    case .bool(let flag) where type == Bool.self: scalar = flag
    case .integer(let number) where type == Int.self: scalar = Int(exactly: number)
    case _ where type == JSONValue.self: scalar = json
    default:
      guard let known = type as? any JSONScalar.Type else { return nil }
      scalar = known.init(json) ?? nonNumber(json, known)
    }
    if let scalar = scalar as? Value { return scalar }
    let decoder = key().map { part(json, at: $0) } ?? self
    throw decoder.mismatch(type)
  }

  private func nonNumber(_ json: JSONValue, _ type: any JSONScalar.Type) -> (any JSONScalar)? {
    guard nonNumbers == .named, case .string(let text) = json else { return nil }
    switch text {
    case "NaN": return type.init(.number(.nan))
    case "Infinity": return type.init(.number(.infinity))
    case "-Infinity": return type.init(.number(-.infinity))
    default: return nil
    }
  }

  /// What is wrong with the value, as one of a type.
  private func mismatch(_ type: any Any.Type) -> DecodingError {
    func context(_ text: String) -> DecodingError.Context {
      .init(codingPath: codingPath, debugDescription: text)
    }
    switch json {
    case .null:
      return .valueNotFound(
        type, context("Cannot get value of type \(type) -- found null value instead"))
    case .integer, .unsigned, .number:
      // The kind is right, the number is not: a fraction, or too large.
      if type is any JSONNumber.Type {
        return .dataCorrupted(context("the number \(json.inWords) is no \(type)"))
      }
    default: break
    }
    return .typeMismatch(
      type, context("Expected to decode \(type) but found \(json.kindInWords) instead."))
  }

  /// Where a part stands. Paths are put together only where somebody asks: most values are sound.
  private final class Path {
    private let outer: Path?
    private let key: any CodingKey

    init(outer: Path?, key: any CodingKey) {
      self.outer = outer
      self.key = key
    }

    static func keys(_ path: Path?) -> [any CodingKey] {
      path.map { keys($0.outer) + [$0.key] } ?? []
    }
  }

  private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: JSONTreeDecoder
    let members: [String: JSONValue]
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      let json = try value(key)
      if let scalar = try decoder.scalar(type, of: json, at: key) { return scalar }
      return try type.init(from: decoder.part(json, at: key))
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
      try decoder.part(try value(key), at: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try decoder.part(try value(key), at: key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder {
      decoder.part(members["super"] ?? .null, at: JSONPathKey(stringValue: "super"))
    }

    func superDecoder(forKey key: Key) -> any Decoder {
      decoder.part(members[key.stringValue] ?? .null, at: key)
    }

    private func value(_ key: Key) throws -> JSONValue {
      if let value = members[key.stringValue] { return value }
      throw DecodingError.keyNotFound(
        key,
        .init(
          codingPath: codingPath,
          debugDescription: "No value associated with key \"\(key.stringValue)\"."))
    }
  }

  private struct Items: UnkeyedDecodingContainer {
    let decoder: JSONTreeDecoder
    let items: [JSONValue]
    var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex == items.count }
    private var key: JSONPathKey { JSONPathKey(intValue: currentIndex) }

    mutating func decodeNil() throws -> Bool {
      guard try value(JSONValue?.self) == .null else { return false }
      currentIndex += 1
      return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      let json = try value(type)
      let decoded =
        try decoder.scalar(type, of: json, at: key) ?? type.init(from: decoder.part(json, at: key))
      currentIndex += 1
      return decoded
    }

    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
      try take([String: JSONValue].self).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      try take([JSONValue].self).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try take(JSONValue.self) }

    private mutating func take(_ type: any Any.Type) throws -> JSONTreeDecoder {
      let part = decoder.part(try value(type), at: key)
      currentIndex += 1
      return part
    }

    private func value(_ type: any Any.Type) throws -> JSONValue {
      if !isAtEnd { return items[currentIndex] }
      throw DecodingError.valueNotFound(
        type, .init(codingPath: codingPath + [key], debugDescription: "the list is at its end"))
    }
  }
}

extension JSONTreeDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { json == .null }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try scalar(type, of: json, at: nil) ?? type.init(from: self)
  }
}
