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

  /// - Throws: ``RecipeError`` that names the place.
  func recipe(_ value: JSONValue) throws(RecipeError) -> Recipe {
    let fields = try RecipeFields(value, at: "", known: Self.keys)
    let schema = try fields.text("schema")
    let schemas = [Recipe.firstSchema, Recipe.schema]
    try RecipeError.require(
      schemas.contains(schema), "schema", "is \(Words.quoted(schema))",
      "use \(schemas.joined(separator: " or "))")
    let rate = try fields.wholeNumber("sampleRate")
    let profile = try self.profile(fields.text("profile"))
    var recipe = Recipe(
      name: try fields.text("name"), sampleRate: rate,
      maximumSeconds: try fields.number("maximumSeconds"), profile: profile, views: [])
    let views = try RecipeFields(
      try fields.value("views"), at: "views",
      known: schema == Recipe.firstSchema ? FirstRecipe.views : nil)
    for (name, value) in views.members {
      let view = try view(
        name, value, rate: Double(rate), isFirst: schema == Recipe.firstSchema)
      recipe.views[view.name] = view
    }
    if let value = fields.optional("faults") {
      let faults = try RecipeFields(
        value, at: "faults", known: Set(FaultSubject.allCases.map(\.rawValue)))
      for key in faults.keys { _ = try faults.text(key) }
      recipe.faults = try faults.decoded(FaultPolicies.self)
    }
    if let value = fields.optional("verdicts") {
      let verdicts = try RecipeFields(
        value, at: "verdicts",
        known: Set(FaultSubject.allCases.filter(\.hasFigure).map(\.rawValue)))
      for key in verdicts.keys { _ = try verdicts.number(key) }
      recipe.verdicts = try verdicts.decoded(VerdictLimits.self)
    }
    return recipe
  }

  private func profile(_ text: String) throws(RecipeError) -> Profile {
    guard let profile = Profile(rawValue: text) else {
      throw RecipeError(
        subject: "profile", detail: "is \(Words.quoted(text))",
        hint: "use \(Profile.allCases.map(\.rawValue).joined(separator: " or "))")
    }
    return profile
  }

  private func view(
    _ text: String, _ value: JSONValue, rate: Double, isFirst: Bool
  ) throws(RecipeError) -> RecipeView {
    let place = "views.\(RecipeFields.shown(text))"
    guard let name = View(rawValue: text) else {
      throw RecipeError(
        subject: place, detail: "is no name of a view", hint: "use \(View.rule)")
    }
    let fields = try RecipeFields(value, at: place, known: nil)
    let kindName =
      isFirst
      ? ViewRegistry.kindName(impliedBy: name)
      : try fields.optionalText(RecipeView.Key.kind) ?? ViewRegistry.kindName(impliedBy: name)
    guard let type = kinds.kind(named: kindName) else {
      return try unknown(kindName, name, fields, rate: rate)
    }
    try checkKeys(of: fields, type, isFirst: isFirst)
    var view = RecipeView(
      try kind(type, fields), named: name, slices: try slices(fields, rate: rate))
    try readCommon(fields, into: &view)
    return view
  }

  private func readCommon(
    _ fields: RecipeFields, into view: inout RecipeView
  ) throws(RecipeError) {
    view.precision =
      try fields.choice(RecipeView.Key.precision, of: ViewPrecision.self) ?? view.precision
    view.channels =
      try fields.choice(RecipeView.Key.channels, of: ViewChannels.self) ?? view.channels
  }

  private func kind<Kind: ViewKind>(
    _ type: Kind.Type, _ fields: RecipeFields
  ) throws(RecipeError) -> any ViewKind {
    var kind = Kind()
    for parameter in type.parameters {
      guard let value = fields.optional(parameter.name) else { continue }
      do throws(ViewFault) { try parameter.read(&kind, value) } catch {
        throw RecipeError(fault: error, at: fields.place)
      }
    }
    return kind
  }

  private func checkKeys(
    of fields: RecipeFields, _ kind: any ViewKind.Type, isFirst: Bool
  ) throws(RecipeError) {
    let all = Self.parameterNames(of: kind).union(RecipeView.Key.all)
    let known = isFirst ? FirstRecipe.fields(of: kind) : all
    for key in fields.keys where !known.contains(key) {
      if all.contains(key) {
        throw RecipeError(
          subject: "\(fields.place).\(key)", detail: "is of recipes of \(Recipe.schema)",
          hint: "set \"schema\" to \"\(Recipe.schema)\"")
      }
      throw RecipeFields.unknown(key, at: fields.place, known: known)
    }
  }

  static func parameterNames(of kind: any ViewKind.Type) -> Set<String> {
    func names<Kind: ViewKind>(_ kind: Kind.Type) -> [String] { kind.parameters.map(\.name) }
    return Set(names(kind))
  }

  private func slices(_ fields: RecipeFields, rate: Double) throws(RecipeError) -> SliceRule {
    let place = "\(fields.place).\(RecipeView.Key.slices)"
    let value = try RecipeFields(
      try fields.value(RecipeView.Key.slices), at: place,
      known: Set(RecipeSeconds.sampleKeys + RecipeSeconds.keys.values))
    let slices = try RecipeSeconds.inSamples(value, rate: rate)
    guard let length = try slices.optionalWholeNumber("length") else {
      if let key = slices.keys.first {
        throw RecipeError(
          subject: "\(place).\(key)", detail: "is set although there is no length",
          hint: "give a length too, or nothing at all for the whole track")
      }
      return .whole
    }
    let (hop, required) = (
      try slices.wholeNumber("hop"), try slices.optionalWholeNumber("required")
    )
    let maximumCount = try slices.optionalWholeNumber("maximumCount")
    do throws(SliceRuleError) {
      return try SliceRule(
        length: length, hop: hop, required: required, maximumCount: maximumCount)
    } catch {
      throw RecipeError(
        subject: "\(place).\(error.subject)", detail: error.detail, hint: error.hint)
    }
  }

  /// A view of a kind that is not in the registry.
  private func unknown(
    _ kindName: String, _ name: View, _ fields: RecipeFields, rate: Double
  ) throws(RecipeError) -> RecipeView {
    if keepsUnknownKinds {
      var parameters: [String: JSONValue] = [:]
      for (key, value) in fields.members where !RecipeView.Key.all.contains(key) {
        parameters[key] = value
      }
      let kind = UnknownKind(kindName: kindName, parameters: parameters)
      var view = RecipeView(kind, named: name, slices: try slices(fields, rate: rate))
      try readCommon(fields, into: &view)
      return view
    }
    let names = kinds.names
    let near = NearNames.near(kindName, in: names)
    let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    let isNamed = fields.optional(RecipeView.Key.kind) != nil
    throw RecipeError(
      subject: "\(fields.place).\(RecipeView.Key.kind)",
      detail: isNamed ? "is \(Words.quoted(kindName))" : "is missing",
      hint: "\(meant)the kinds are \(names.joined(separator: ", "))")
  }
}
