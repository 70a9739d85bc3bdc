internal import Corpus
internal import DatasetCache
internal import SignalKit
internal import Wording

/// Reads recipes of both schemas.
struct RecipeReader {
  let kinds: ViewRegistry
  let keepsUnknownKinds: Bool

  /// The keys of a recipe.
  static let keys: Set = [
    "schema", "name", "sampleRate", "maximumSeconds", "profile", "views", "faults", "verdicts",
  ]

  /// What is known of the recipe when its views are read.
  private struct Head {
    let isFirst: Bool
    let rate: Int
  }

  /// - Throws: ``RecipeError`` that names the path.
  func recipe(_ value: JSONValue) throws(RecipeError) -> Recipe {
    let form = JSONForm<Recipe>.object(named: "the recipe") { fields throws(JSONFieldError) in
      try recipe(fields)
    }
    do throws(JSONFieldError) { return try form.read(value, at: "") } catch {
      throw RecipeError(subject: error.subject, detail: error.detail, hint: error.hint)
    }
  }

  private func recipe(_ fields: StrictObject) throws(JSONFieldError) -> Recipe {
    let schema = try fields.required("schema", .text)
    let schemas = [Recipe.firstSchema, Recipe.schema]
    guard schemas.contains(schema) else {
      throw fields.error(
        "schema", "is \(Words.quoted(schema))", hint: "use \(schemas.joined(separator: " or "))")
    }
    let head = Head(
      isFirst: schema == Recipe.firstSchema, rate: try fields.required("sampleRate", .whole()))
    var recipe = Recipe(
      name: try fields.required("name", .text), sampleRate: head.rate,
      maximumSeconds: try fields.required("maximumSeconds", .number),
      profile: try fields.required("profile", .choice), views: [])
    recipe.views = try fields.required(
      "views", .object { fields throws(JSONFieldError) in try self.views(fields, head) })
    recipe.faults = try fields.optional("faults", .object(faults)) ?? recipe.faults
    recipe.verdicts = try fields.optional("verdicts", .object(verdicts)) ?? recipe.verdicts
    return recipe
  }

  private func faults(_ fields: StrictObject) throws(JSONFieldError) -> FaultPolicies {
    var policies = FaultPolicies()
    for subject in FaultSubject.allCases {
      guard let policy = try fields.optional(subject.rawValue, .text) else { continue }
      do throws(FaultPolicyError) { try policies.choose(policy, for: subject.rawValue) } catch {
        throw fields.error(subject.rawValue, error.detail, hint: error.hint)
      }
    }
    return policies
  }

  private func verdicts(_ fields: StrictObject) throws(JSONFieldError) -> VerdictLimits {
    var limits: [String: JSONValue] = [:]
    for subject in FaultSubject.allCases where subject.hasFigure {
      limits[subject.rawValue] =
        try fields.optional(subject.rawValue, .number).map(JSONValue.number)
    }
    return try JSONForm<VerdictLimits>.decodable("limits")
      .read(.object(limits), at: fields.path)
  }

  private func views(
    _ fields: StrictObject, _ head: Head
  ) throws(JSONFieldError) -> RecipeViews {
    var views: RecipeViews = []
    if head.isFirst {
      for name in FirstRecipe.views.sorted() {
        guard let view = View(rawValue: name) else { continue }
        views[view] = try fields.optional(
          name, .object { fields throws(JSONFieldError) in try self.view(view, fields, head) })
      }
      return views
    }
    let members = fields.rest()
    guard members.count <= RecipeViews.maximumCount else {
      throw JSONFieldError(
        at: fields.path, "names \(members.count) views",
        hint: "use at most \(RecipeViews.maximumCount)")
    }
    for (key, value) in members.sorted(by: { ByteOrder.precedes($0.key, $1.key) }) {
      guard let name = View(rawValue: key) else {
        throw fields.error(key, "is no name of a view", hint: "use \(View.rule)")
      }
      if value == .null { continue }
      let path = JSONPath.field(key, of: fields.path)
      views[name] = try JSONForm<RecipeView>.object { fields throws(JSONFieldError) in
        try self.view(name, fields, head)
      }
      .read(value, at: path)
    }
    return views
  }

  private func view(
    _ name: View, _ fields: StrictObject, _ head: Head
  ) throws(JSONFieldError) -> RecipeView {
    typealias Key = RecipeView.Key
    var kindName = ViewRegistry.kindName(impliedBy: name)
    if head.isFirst {
      try refuseNew(Key.new, in: fields)
    } else {
      kindName = try fields.optional(Key.kind, .text) ?? kindName
    }
    var view = RecipeView(
      try kind(kindName, fields, head), named: name,
      slices: try fields.required(
        Key.slices,
        .object { fields throws(JSONFieldError) in
          try RecipeSeconds.slices(fields, head.rate)
        }))
    if head.isFirst { return view }
    view.precision = try fields.optional(Key.precision, .choice) ?? view.precision
    view.channels = try fields.optional(Key.channels, .choice) ?? view.channels
    return view
  }

  /// Refuses fields that only later recipes have.
  private func refuseNew(
    _ keys: Set<String>, in fields: StrictObject
  ) throws(JSONFieldError) {
    for key in keys.sorted() where fields.has(key) {
      throw fields.error(
        key, "is of recipes of \(Recipe.schema)", hint: "set \"schema\" to \"\(Recipe.schema)\"")
    }
  }

  private func kind(
    _ name: String, _ fields: StrictObject, _ head: Head
  ) throws(JSONFieldError) -> any ViewKind {
    guard let type = kinds.kind(named: name) else { return try unknown(name, fields) }
    return try kind(type, fields, head)
  }

  private func kind<Kind: ViewKind>(
    _ type: Kind.Type, _ fields: StrictObject, _ head: Head
  ) throws(JSONFieldError) -> any ViewKind {
    var kind = Kind()
    for parameter in type.parameters {
      if head.isFirst, parameter.isHiddenByDefault {
        try refuseNew([parameter.name], in: fields)
        continue
      }
      guard let value = try fields.optional(parameter.name, .any) else { continue }
      do throws(ViewFault) { try parameter.read(&kind, value) } catch {
        throw fields.error(parameter.name, error.detail, hint: error.hint)
      }
    }
    return kind
  }

  /// A view of a kind that is not in the registry.
  private func unknown(
    _ name: String, _ fields: StrictObject
  ) throws(JSONFieldError) -> any ViewKind {
    if keepsUnknownKinds {
      let rest = fields.rest().filter { !RecipeView.Key.all.contains($0.key) }
      return UnknownKind(kindName: name, parameters: rest)
    }
    let names = kinds.names
    let near = NearNames.near(name, in: names)
    let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    throw fields.error(
      RecipeView.Key.kind,
      fields.has(RecipeView.Key.kind) ? "is \(Words.quoted(name))" : "is missing",
      hint: "\(meant)the kinds are \(names.joined(separator: ", "))")
  }
}
