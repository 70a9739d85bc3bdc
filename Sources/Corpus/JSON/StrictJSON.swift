import Wording

internal import FoundationEssentials

/// The one reader of JSON: nothing else calls a decoder, so that every text that comes from outside
/// keeps to the same rules.
public enum StrictJSON {
  /// The value of a JSON text, which keeps to ``check(_:named:)``.
  /// - Parameters:
  ///   - name: what errors call the text.
  ///   - nonNumbers: whether the texts `NaN`, `Infinity` and `-Infinity` are numbers.
  /// - Throws: ``JSONFieldError`` for a text that breaks the rules, `DecodingError` for one that is
  ///   no JSON or of another form, and what the type throws itself.
  public static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from json: some Collection<UInt8>, named name: String,
    nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws -> Value {
    let json = [UInt8](json)
    try check(json, named: name)
    return try decodeChecked(type, from: json, nonNumbers: nonNumbers)
  }

  /// The value of a text that was checked before, or that we wrote ourselves a moment ago.
  static func decodeChecked<Value: Decodable>(
    _ type: Value.Type = Value.self, from json: [UInt8],
    nonNumbers: OrderedJSON.NonNumbers = .refused
  ) throws -> Value {
    let decoder = JSONDecoder()
    if nonNumbers == .named {
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    }
    return try decoder.decode(type, from: Data(json))
  }

  /// Refuses what a decoder on Linux reads without a word, or falls over: another encoding than
  /// UTF-8, lists and objects nested deeper than ``JSONValue/maximumDepth``, and an object with two
  /// values under one key.
  ///
  /// Whether the text is JSON at all is for the decoder to say.
  /// - Parameter name: what errors call the text.
  /// - Throws: ``JSONFieldError`` with the line.
  public static func check(_ json: [UInt8], named name: String) throws(JSONFieldError) {
    if json.contains(0) || String(validating: json, as: UTF8.self) == nil {
      throw JSONFieldError(at: name, "is not UTF-8 text", hint: "give JSON in that encoding")
    }
    if let line = JSONNesting.line(in: json, deeperThan: JSONValue.maximumDepth) {
      throw JSONFieldError(
        at: "\(name), line \(line)", "is nested deeper than \(JSONValue.maximumDepth) levels",
        hint: "write it with fewer")
    }
    if let (key, line) = JSONSyntax.repeatedKey(in: json) {
      throw JSONFieldError(
        at: "\(name), line \(line)", "gives \(Words.quoted(key)) twice in one object",
        hint: "give it once")
    }
  }
}
