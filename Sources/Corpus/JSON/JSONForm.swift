import Wording

/// A form that a JSON value can have: how it is read, and what it is in words.
public struct JSONForm<Value> {
  /// What a person must write, to follow "give": `a whole number from 1 to 512`.
  public let expected: String
  private let parse: (JSONValue, _ path: String) throws(JSONFieldError) -> Value?

  /// - Parameters:
  ///   - expected: what a person must write, to follow "give".
  ///   - parse: the value; nil where the JSON has another form. It throws what it can say better.
  public init(
    _ expected: String, _ parse: @escaping (JSONValue, String) throws(JSONFieldError) -> Value?
  ) {
    self.expected = expected
    self.parse = parse
  }

  /// The value of some JSON.
  /// - Parameter path: where it stands in its text, such as `views.mel.bands`.
  /// - Throws: ``JSONFieldError`` where it has another form.
  public func read(_ json: JSONValue, at path: String) throws(JSONFieldError) -> Value {
    if let value = try parse(json, path) { return value }
    throw JSONFieldError(at: path, "is \(json.inWords)", hint: "give \(expected)")
  }

  /// The same form in other words.
  public func expecting(_ expected: String) -> JSONForm { JSONForm(expected, parse) }
}

extension JSONForm {
  /// An object, read by `body`; a field that it does not read is refused.
  /// - Parameters:
  ///   - name: what errors call the object where it is the whole text.
  ///   - spelling: the format's name for a key as it is spelt, where several spellings are read.
  public static func object(
    named name: String = "the text", spelling: @escaping (String) -> String = { $0 },
    _ body: @escaping (StrictObject) throws(JSONFieldError) -> Value
  ) -> JSONForm {
    JSONForm("an object, {…}") { json, path throws(JSONFieldError) in
      let fields = try StrictObject(json, at: path, named: name, spelling: spelling)
      let value = try body(fields)
      try fields.finish()
      return value
    }
  }

  /// A list of values of one form.
  /// - Parameter expected: what a person must write, to follow "give".
  public static func list<Element>(
    of form: JSONForm<Element>, _ expected: String = "a list, […]"
  ) -> JSONForm where Value == [Element] {
    JSONForm(expected) { json, path throws(JSONFieldError) in
      guard case .array(let items) = json else { return nil }
      var values: [Element] = []
      for (index, item) in items.enumerated() {
        values.append(try form.read(item, at: JSONPath.element(index, of: path)))
      }
      return values
    }
  }

  /// An object of any names, whose values have one form.
  /// - Parameter expected: what a person must write, to follow "give".
  public static func named<Element>(
    _ form: JSONForm<Element>, _ expected: String = "an object, {…}"
  ) -> JSONForm where Value == [String: Element] {
    JSONForm(expected) { json, path throws(JSONFieldError) in
      guard case .object(let fields) = json else { return nil }
      var values: [String: Element] = [:]
      for (name, value) in fields.sorted(by: { ByteOrder.precedes($0.key, $1.key) }) {
        values[name] = try form.read(value, at: JSONPath.field(name, of: path))
      }
      return values
    }
  }

  /// A value that decodes itself.
  /// - Parameter expected: what a person must write, to follow "give".
  public static func decodable(_ expected: String) -> JSONForm where Value: Decodable {
    JSONForm(expected) { json, path throws(JSONFieldError) in
      do {
        return try StrictJSON.decode(of: json)
      } catch let error as JSONFieldError {
        throw error
      } catch let error as DecodingError {
        throw JSONFieldError(error, at: path, expected: expected)
      } catch {
        throw JSONFieldError(at: path, "cannot be read (\(error))", hint: "give \(expected)")
      }
    }
  }
}

extension JSONForm where Value == JSONValue {
  /// Any value but null.
  public static var any: JSONForm { JSONForm("a value") { json, _ in json } }
}

extension JSONForm where Value == String {
  /// A text.
  public static var text: JSONForm {
    JSONForm("a text in quotes") { json, _ in
      guard case .string(let text) = json else { return nil }
      return text
    }
  }
}

extension JSONForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the raw values of an enumeration.
  public static var choice: JSONForm {
    let names = Value.allCases.map(\.rawValue)
    let expected = "one of \(names.joined(separator: ", "))"
    return JSONForm(expected) { json, path throws(JSONFieldError) in
      guard case .string(let text) = json else { return nil }
      if let value = Value(rawValue: text) { return value }
      let near = NearNames.near(text, in: names)
      let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
      throw JSONFieldError(at: path, "is \(json.inWords)", hint: "\(meant)give \(expected)")
    }
  }
}

extension JSONForm where Value == Bool {
  /// `true` or `false`.
  public static var flag: JSONForm {
    JSONForm("true or false") { json, _ in
      guard case .bool(let flag) = json else { return nil }
      return flag
    }
  }
}
