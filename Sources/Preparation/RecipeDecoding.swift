internal import Corpus
public import DatasetCache

extension Recipe {
  /// Reads and checks a recipe.
  ///
  /// - Parameters:
  ///   - json: the recipe.
  ///   - kinds: the kinds of view that it may name.
  ///   - keepingUnknownKinds: whether a view of another kind is kept as something that cannot be computed,
  ///     so that the recipe of a cache which another program prepared can be read.
  /// - Throws: ``RecipeError`` that names the path: no JSON, another schema, a key that no recipe
  ///   has (most often a typing error), a value of the wrong type or out of range.
  public static func decode(
    _ json: [UInt8], kinds: ViewRegistry = .builtIn, keepingUnknownKinds: Bool = false
  ) throws(RecipeError) -> Recipe {
    let value: JSONValue
    do throws(JSONFieldError) { value = try JSONValue(json: json, named: "the file") } catch {
      throw RecipeError(subject: error.subject, detail: error.detail, hint: error.hint)
    }
    let reader = RecipeReader(kinds: kinds, keepsUnknownKinds: keepingUnknownKinds)
    let recipe = try reader.recipe(value)
    try recipe.check()
    return recipe
  }

  /// Checks every number.
  ///
  /// - Throws: ``RecipeError`` that names the first one out of range.
  public func check() throws(RecipeError) {
    try RecipeError.require(
      (1_000...384_000).contains(sampleRate), "sampleRate", "is \(sampleRate)",
      "use 1,000 to 384,000 Hz")
    try RecipeError.require(
      maximumSeconds > 0 && maximumSeconds <= 86_400, "maximumSeconds", "is \(maximumSeconds)",
      "use more than 0 and at most 86,400")
    try RecipeError.require(
      !views.isEmpty, "views", "names no view",
      "give at least one, such as features, waveform or mel")
    try RecipeError.require(
      views.count <= RecipeViews.maximumCount, "views", "names \(views.count) views",
      "use at most \(RecipeViews.maximumCount)")
    for subject in FaultSubject.allCases {
      guard let limit = verdicts.limit(of: subject) else { continue }
      try RecipeError.require(
        limit > 0 && limit <= 1, "verdicts.\(subject.rawValue)", "is \(limit)",
        "use more than 0 and at most 1")
    }
    for view in views {
      let path = "views.\(view.name.rawValue)"
      try RecipeError.require(
        view.name != .acoustic, path, "is a view that every cache has", "use another name")
      do throws(ViewFault) {
        try view.kind.check(view.context(of: self))
        try view.checkChannels()
      } catch {
        throw RecipeError(fault: error, at: path)
      }
    }
    try checkSizes()
  }
}

extension RecipeError {
  /// The fault of a view at its path.
  init(fault: ViewFault, at path: String) {
    self.init(
      subject: fault.parameter.isEmpty ? path : "\(path).\(fault.parameter)",
      detail: fault.detail, hint: fault.hint)
  }
}

extension CacheDescription {
  /// The recipe that the cache was prepared with. A view of a kind that this program does not have is kept
  /// in it as something that cannot be computed.
  ///
  /// - Throws: ``RecipeError`` where it is no recipe.
  public func recipe(kinds: ViewRegistry = .builtIn) throws(RecipeError) -> Recipe {
    try Recipe.decode(recipeJSON, kinds: kinds, keepingUnknownKinds: true)
  }
}
