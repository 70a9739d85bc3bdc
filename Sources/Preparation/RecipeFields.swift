internal import Corpus
internal import FoundationEssentials
internal import Wording

/// The fields of one object of a recipe, and where it stands.
struct RecipeFields {
  /// Where the object stands, such as `views.mel`; empty for the recipe itself.
  let place: String
  private var fields: [String: JSONValue]

  /// - Parameter known: the keys that it may have; nil for any.
  /// - Throws: ``RecipeError`` where the value is no object or has another key.
  init(_ value: JSONValue, at place: String, known: Set<String>?) throws(RecipeError) {
    guard case .object(let fields) = value else {
      throw RecipeError(
        subject: place.isEmpty ? "the file" : place,
        detail: "cannot be read: an object in braces is expected",
        hint: "compare it with Manifests/recipes/gtzan.json")
    }
    self.place = place
    self.fields = fields
    if let known {
      for key in keys where !known.contains(key) {
        throw Self.unknown(key, at: place, known: known)
      }
    }
  }

  /// The keys in the order of their bytes.
  var keys: [String] { fields.keys.sorted(by: ByteOrder.precedes) }
  /// The fields in the order of their keys' bytes.
  var members: [(key: String, value: JSONValue)] {
    fields.sorted { ByteOrder.precedes($0.key, $1.key) }
  }

  /// The same fields with others in their stead.
  func replacing(_ fields: [String: JSONValue]) -> RecipeFields {
    var result = self
    result.fields = fields
    return result
  }

  /// The place of a key.
  func path(_ key: String) -> String {
    place.isEmpty ? Self.shown(key) : "\(place).\(Self.shown(key))"
  }

  /// A key as it may stand in a message: a hostile one is escaped and cut.
  static func shown(_ key: String) -> String {
    let isPlain = key.utf8.count <= 80 && Words.shown(key) == key
    return isPlain ? key : Words.quoted(key)
  }

  /// A key that no recipe has, with those that were perhaps meant.
  static func unknown(_ key: String, at place: String, known: Set<String>) -> RecipeError {
    let near = NearNames.near(key, in: known)
    let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    return RecipeError(
      subject: place.isEmpty ? shown(key) : "\(place).\(shown(key))",
      detail: "is not something a recipe has",
      hint: "\(meant)here it may have \(known.sorted().joined(separator: ", "))")
  }

  func optional(_ key: String) -> JSONValue? { fields[key] == .null ? nil : fields[key] }

  func value(_ key: String) throws(RecipeError) -> JSONValue {
    guard let value = optional(key) else {
      throw RecipeError(
        subject: path(key), detail: "cannot be read: it is missing",
        hint: "compare it with Manifests/recipes/gtzan.json")
    }
    return value
  }

  private func failure(_ key: String, _ expected: String) -> RecipeError {
    RecipeError(
      subject: path(key), detail: "cannot be read: \(expected) is expected",
      hint: "compare it with Manifests/recipes/gtzan.json")
  }

  func text(_ key: String) throws(RecipeError) -> String {
    guard case .string(let text) = try value(key) else {
      throw failure(key, "a text in quotes")
    }
    return text
  }

  func optionalText(_ key: String) throws(RecipeError) -> String? {
    optional(key) == nil ? nil : try text(key)
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of type: Choice.Type
  ) throws(RecipeError) -> Choice? where Choice.RawValue == String {
    guard let text = try optionalText(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw RecipeError(
        subject: path(key), detail: "is \(Words.quoted(text))",
        hint: "use \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  func wholeNumber(_ key: String) throws(RecipeError) -> Int {
    switch try value(key) {
    case .integer(let number): return Int(number)
    case .number(let number):
      throw RecipeError(subject: path(key), detail: "is \(number)", hint: "use a whole number")
    default: throw failure(key, "a whole number")
    }
  }

  func optionalWholeNumber(_ key: String) throws(RecipeError) -> Int? {
    optional(key) == nil ? nil : try wholeNumber(key)
  }

  func number(_ key: String) throws(RecipeError) -> Double {
    switch try value(key) {
    case .integer(let number): return Double(number)
    case .unsigned(let number): return Double(number)
    case .number(let number): return number
    default: throw failure(key, "a number")
    }
  }

  /// All fields as a value of another type.
  func decoded<Value: Decodable>(_ type: Value.Type) throws(RecipeError) -> Value {
    do {
      return try JSONDecoder().decode(
        Value.self, from: Data(JSONValue.object(fields).canonicalBytes()))
    } catch let error as FaultPolicyError {
      throw RecipeError(
        subject: "\(place).\(error.subject)", detail: error.detail, hint: error.hint)
    } catch {
      let keys = Self.keys(of: error)
      throw RecipeError(
        subject: ([place] + keys).joined(separator: "."),
        detail: "cannot be read: a value is of another type",
        hint: "lathe recipe show gtzan writes a recipe with all of its values")
    }
  }

  /// The keys that lead to what a decoder could not read.
  private static func keys(of error: any Error) -> [String] {
    switch error as? DecodingError {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.map { shown($0.stringValue) }
    case .keyNotFound(let key, let context):
      (context.codingPath + [key]).map { shown($0.stringValue) }
    default: []
    }
  }
}
