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
