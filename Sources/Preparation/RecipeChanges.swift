internal import Corpus
internal import DatasetCache

extension Recipe {
  /// The recipe with some of its values changed, as `lathe prepare --set` does it.
  ///
  /// - Parameters:
  ///   - changes: each a path, such as `views.mel.bands`, and a value as JSON; text that is no
  ///     JSON is taken as it stands. A path may begin with the name of a view (`mel.bands`), also of a new one
  ///     (`mel64.kind`, then `mel64.bands`). The value `null` takes the key out. A length in seconds replaces
  ///     the one in samples. A slice that becomes longer than the samples it requires requires as many
  ///     more as before, unless a change says how many.
  ///   - kinds: the kinds of view that it may name.
  /// - Throws: ``RecipeError`` that names the path: a key that no recipe has, with those that look like
  ///   it, or a value of the wrong type or out of range.
  public func changing(
    _ changes: [(path: String, value: String)], kinds: ViewRegistry = .builtIn
  ) throws(RecipeError) -> Recipe {
    var json: JSONValue
    do {
      // The newer schema can say all that a change may ask for.
      json = try Self.replacing(
        ["schema"], in: try self.json, with: .string(Self.schema), of: "schema")
    } catch {
      throw RecipeError(
        subject: "the recipe", detail: "cannot be written as JSON: \(error)",
        hint: "use finite numbers")
    }
    var requiring: Set<String> = []
    for (path, value) in changes {
      let keys = try Self.keys(of: path, in: json, kinds)
      if Self.setsRequired(keys) { requiring.insert(keys[1]) }
      json = try Self.replacing(keys[...], in: json, with: Self.value(value, of: path), of: path)
    }
    for view in views where !requiring.contains(view.name.rawValue) {
      json = try lengthening(view, in: json)
    }
    return try Self.decode(json.canonicalBytes(), kinds: kinds)
  }

  /// Whether a change of these keys says what the slices of a view require.
  private static func setsRequired(_ keys: [String]) -> Bool {
    guard keys.count > 1, keys[0] == "views" else { return false }
    let isOfSlices = keys.count == 2 || keys[2] == "slices"
    return isOfSlices && (keys.count < 4 || ["required", "requiredSeconds"].contains(keys[3]))
  }

  /// The JSON with what a view's slices require following their length, where that is now longer.
  private func lengthening(
    _ view: RecipeView, in json: JSONValue
  ) throws(RecipeError) -> JSONValue {
    let keys = ["views", view.name.rawValue, "slices"]
    var slices = json
    for key in keys {
      guard case .object(let fields) = slices, let next = fields[key] else { return json }
      slices = next
    }
    guard case .object(let fields) = slices, let before = view.slices.length,
      case .object(let recipe) = json, case .integer(let rate)? = recipe["sampleRate"],
      fields["required"] == .integer(Int64(view.slices.required)),
      let length = RecipeSeconds.length(fields, rate), length > view.slices.required
    else { return json }
    let (required, overflows) = length.addingReportingOverflow(view.slices.required - before)
    if overflows { return json }
    return try Self.replacing(
      (keys + ["required"])[...], in: json, with: .integer(Int64(required)), of: "required")
  }

  private static func value(_ text: String, of path: String) throws(RecipeError) -> JSONValue {
    do throws(JSONFieldError) { return try JSONValue(json: text.utf8, named: "its value") } catch {
      guard text.hasPrefix("{") || text.hasPrefix("[") else { return .string(text) }
      throw RecipeError(
        subject: path, detail: "is no JSON value: \(error.subject) \(error.detail)",
        hint: error.hint)
    }
  }

  /// The keys of a path, with `views` in front where it begins with the name of a view.
  private static func keys(
    of path: String, in json: JSONValue, _ kinds: ViewRegistry
  ) throws(RecipeError) -> [String] {
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let first = keys.first, !RecipeReader.keys.contains(first) else { return keys }
    var known = Set(kinds.names).union(FirstRecipe.views)
    if case .object(let fields) = json, case .object(let views)? = fields["views"] {
      known.formUnion(views.keys)
    }
    guard known.contains(first) || keys.dropFirst() == [RecipeView.Key.kind] else {
      let all = RecipeReader.keys.union(known)
      let near = NearNames.near(first, in: all)
      let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
      throw RecipeError(
        subject: first, detail: "is not known",
        hint: "\(meant)it may begin with \(all.sorted().joined(separator: ", "))")
    }
    return ["views"] + keys
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
}
