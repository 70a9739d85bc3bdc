/// The fields of a JSON object of which some are known by name and the others are kept.
struct OpenFields<Field: RawRepresentable & CaseIterable> where Field.RawValue == String {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
  }

  private let container: KeyedDecodingContainer<Key>

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: Key.self)
  }

  func required<Value: Decodable>(_ field: Field) throws -> Value {
    try container.decode(Value.self, forKey: Key(stringValue: field.rawValue))
  }

  func optional<Value: Decodable>(_ field: Field) throws -> Value? {
    try container.decodeIfPresent(Value.self, forKey: Key(stringValue: field.rawValue))
  }

  /// The number of elements of a list, before any is read; nil where there is no such list.
  func count(_ field: Field) throws -> Int? {
    let key = Key(stringValue: field.rawValue)
    guard container.contains(key) else { return nil }
    return try container.nestedUnkeyedContainer(forKey: key).count
  }

  /// Every field that is not one of `Field`'s.
  func others() throws -> [String: JSONValue] {
    var others: [String: JSONValue] = [:]
    for key in container.allKeys where Field(rawValue: key.stringValue) == nil {
      others[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
    }
    return others
  }
}

/// Places in a JSON document as a person writes them: `tracks[17].md5`.
enum JSONPath {
  static func text(_ keys: [any CodingKey], _ last: String...) -> String {
    var path = ""
    for key in keys {
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + shown(key.stringValue)
      }
    }
    for name in last { path += (path.isEmpty ? "" : ".") + shown(name) }
    return path.isEmpty ? "manifest" : path
  }

  /// A key as it may stand in a message: a hostile one is escaped and cut.
  static func shown(_ key: String) -> String {
    let isPlain = key.utf8.count <= 80 && NameRules.problem(inText: key, maximumBytes: 80) == nil
    return isPlain ? key : NameRules.quoted(key)
  }
}
