import Corpus

/// What a parameter may be: checked before a handler sees it, and said in the description.
enum ParameterForm: Sendable {
  /// A text of at most so many bytes.
  case text(most: Int = 512)
  /// A whole number.
  case integer(ClosedRange<Int>)
  /// A number.
  case number(ClosedRange<Double>)
  /// One of some words.
  case choice([String])
  /// `true` or `false`.
  case flag
  /// A seed.
  case unsigned
  /// JSON, or a plain text where it is none.
  case json

  private static let mostJSON = 4_096

  /// What must be given, to follow "give"; nil where the text is as it must be.
  func objection(to text: String) -> String? {
    switch self {
    case .text(let most):
      text.utf8.count <= most && !text.isEmpty ? nil : "1 to \(most) bytes"
    case .integer(let range):
      Int(text).map(range.contains) == true
        ? nil : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      Double(text).map { $0.isFinite && range.contains($0) } == true
        ? nil : "a number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words):
      words.contains(text) ? nil : "one of \(words.joined(separator: ", "))"
    case .flag: ["true", "false"].contains(text) ? nil : "true or false"
    case .unsigned: UInt64(text) != nil ? nil : "a whole number from 0 to \(UInt64.max)"
    case .json: text.utf8.count <= Self.mostJSON ? nil : "at most \(Self.mostJSON) bytes"
    }
  }

  /// Its JSON schema.
  var schema: JSONValue {
    switch self {
    case .text(let most):
      .object(["type": "string", "minLength": .count(1), "maxLength": .count(most)])
    case .integer(let range):
      .object([
        "type": "integer", "minimum": .count(range.lowerBound),
        "maximum": .count(range.upperBound),
      ])
    case .number(let range):
      .object([
        "type": "number", "minimum": .number(range.lowerBound),
        "maximum": .number(range.upperBound),
      ])
    case .choice(let words): .object(["type": "string", "enum": .texts(words)])
    case .flag: .object(["type": "boolean"])
    case .unsigned: .object(["type": "integer", "minimum": .count(0)])
    case .json: .object(["type": "string", "maxLength": .count(Self.mostJSON)])
    }
  }
}
