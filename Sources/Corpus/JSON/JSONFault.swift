import Wording

/// Why a text is not read as JSON, and where.
struct JSONFault: Error {
  enum Kind {
    /// It is not UTF-8.
    case encoding
    /// Lists and objects are nested deeper than ``JSONValue/maximumDepth``.
    case depth
    /// An object has two values under one key. Most readers take one without a word.
    case repeatedKey(String)
    /// It is no JSON, or has a number that no `Double` is near.
    case syntax
  }

  let kind: Kind
  /// The line, from 1.
  let line: Int

  init(_ kind: Kind, line: Int) {
    self.kind = kind
    self.line = line
  }
}

extension JSONFieldError {
  /// - Parameter name: what the whole text is called.
  init(_ fault: JSONFault, in name: String) {
    let location = "\(name), line \(fault.line)"
    switch fault.kind {
    case .encoding:
      self.init(at: name, "is not UTF-8 text", hint: "give JSON in that encoding")
    case .depth:
      self.init(
        at: location, "is nested deeper than \(JSONValue.maximumDepth) levels",
        hint: "write it with fewer")
    case .repeatedKey(let key):
      self.init(
        at: location, "gives \(Words.quoted(key)) twice in one object", hint: "give it once")
    case .syntax:
      self.init(
        at: location, "is not sound JSON", hint: "check the commas, quotes and brackets there")
    }
  }
}
