import Wording

/// What every JSON text that comes from outside must keep to, whichever decoder reads it then.
public enum StrictJSON {
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
