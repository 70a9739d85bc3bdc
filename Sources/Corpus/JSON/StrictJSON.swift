/// The one reader of JSON, so that every text that comes from outside keeps to the same rules: UTF-8,
/// lists and objects nested no deeper than ``JSONValue/maximumDepth``, and no object with two values
/// under one key.
public enum StrictJSON {
  /// The value of a JSON text.
  /// - Parameters:
  ///   - name: what errors call the text.
  ///   - nonNumbers: whether the texts `NaN`, `Infinity` and `-Infinity` are numbers.
  /// - Throws: ``JSONFieldError`` for a text that is no JSON or breaks the rules, `DecodingError` for
  ///   one of another form, and what the type throws itself.
  public static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from json: some Collection<UInt8>, named name: String,
    nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws -> Value {
    try decode(type, of: try JSONValue(json: json, named: name), nonNumbers: nonNumbers)
  }

  /// What a type makes of a JSON value.
  static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, of json: JSONValue,
    nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws -> Value {
    try JSONTreeDecoder(json, nonNumbers).decode(type)
  }
}
