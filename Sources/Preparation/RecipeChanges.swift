internal import Corpus
internal import FoundationEssentials

extension Recipe {
  /// The recipe with some of its values changed, as `lathe prepare --set` does it.
  ///
  /// - Parameter changes: each a path, such as `views.mel.bands`, and a value as JSON; text that is no
  ///   JSON is taken as it stands. A path may begin with the name of a view (`mel.bands`). The value
  ///   `null` takes the key out. A length in seconds takes the place of the one in samples.
  /// - Throws: ``RecipeError`` that names the path: a key that no recipe has, with those that look like
  ///   it, or a value of the wrong type or out of range.
  public func changing(_ changes: [(path: String, value: String)]) throws(RecipeError) -> Recipe {
    var json: JSONValue
    do {
      json = try JSONDecoder().decode(JSONValue.self, from: Data(CanonicalJSON.encode(self)))
    } catch {
      throw RecipeError(
        subject: "the recipe", detail: "cannot be written as JSON: \(error)",
        hint: "use finite numbers")
    }
    for (path, value) in changes {
      var keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      if let first = keys.first, Self.viewNames.contains(first) { keys.insert("views", at: 0) }
      try Self.checkKey(keys, of: path)
      json = try Self.replacing(keys[...], in: json, with: Self.value(value), of: path)
    }
    return try Self.decode(json.canonicalBytes())
  }

  private static func value(_ text: String) -> JSONValue {
    (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .string(text)
  }

  private static func replacing(
    _ keys: ArraySlice<String>, in json: JSONValue, with value: JSONValue, of path: String
  ) throws(RecipeError) -> JSONValue {
    guard let key = keys.first else { return value }
    var fields: [String: JSONValue] = [:]
    switch json {
    case .object(let object): fields = object
    case .null: break
    default:
      throw RecipeError(
        subject: path, detail: "is below a value that has no parts", hint: "give a shorter path")
    }
    let next = try replacing(keys.dropFirst(), in: fields[key] ?? .null, with: value, of: path)
    fields[key] = next == .null ? nil : next
    // What is chosen now stands; the same length in the other unit would contradict it.
    for (samples, seconds) in RecipeSeconds.keys where keys.count == 1 {
      if key == seconds { fields[samples] = nil }
      if key == samples { fields[seconds] = nil }
    }
    return .object(fields)
  }

  /// Refuses a path that leads to nothing that a recipe has.
  private static func checkKey(_ keys: [String], of path: String) throws(RecipeError) {
    var place = ""
    for key in keys {
      guard let known = Self.keys[place] else { return }
      let here = place.isEmpty ? key : "\(place).\(key)"
      guard known.contains(key) else { throw unknown(key, at: here, known: known) }
      place = here
    }
  }
}
