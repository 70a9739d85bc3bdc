import Wording

extension JSONValue {
  /// The deepest nesting of lists and objects in a text that is read.
  public static let maximumDepth = 64

  /// Reads a JSON text in UTF-8, with the line of what is wrong with it.
  /// - Parameter name: what errors call the text.
  /// - Throws: ``JSONFieldError`` for what is no JSON, is nested deeper than ``maximumDepth``, or
  ///   has an object with two values under one key.
  public init(json: some Collection<UInt8>, named name: String) throws(JSONFieldError) {
    do throws(JSONFault) { self = try JSONReader.value(of: [UInt8](json)) } catch {
      throw JSONFieldError(error, in: name)
    }
  }

  /// A value as it may stand in a message: numbers as they are, texts in quotes, the rest by its
  /// kind.
  var inWords: String {
    switch self {
    case .null, .bool, .integer, .unsigned, .number:
      String(decoding: canonicalBytes(), as: UTF8.self)
    case .string(let text): Words.quoted(text)
    case .array, .object: kindInWords
    }
  }

  /// What kind of value it is.
  var kindInWords: String {
    switch self {
    case .null: "null"
    case .bool: "a flag"
    case .integer, .unsigned, .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension JSONFieldError {
  /// What a decoder says of the value at `path`, with the path to the fault.
  init(_ error: DecodingError, at path: String, expected: String) {
    func fullPath(_ keys: [any CodingKey]) -> String {
      keys.reduce(path) { path, key in
        key.intValue.map { JSONPath.element($0, of: path) }
          ?? JSONPath.field(key.stringValue, of: path)
      }
    }
    let hint = "give \(expected)"
    switch error {
    case .keyNotFound(let key, let context):
      self.init(at: fullPath(context.codingPath + [key]), "is missing", hint: hint)
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let name =
        switch type {
        case is any BinaryInteger.Type: "whole number"
        case is Double.Type: "number"
        case is String.Type: "text"
        case is Bool.Type: "flag"
        case is any RangeReplaceableCollection.Type: "list"
        default: "object"
        }
      self.init(at: fullPath(context.codingPath), "is no \(name)", hint: hint)
    case .dataCorrupted(let context):
      self.init(
        at: fullPath(context.codingPath), "cannot be read: \(context.debugDescription)", hint: hint)
    @unknown default: self.init(at: path, "cannot be read", hint: hint)
    }
  }
}
