internal import DatasetCache

/// The recipes of the first schema: four views of fixed names, with the parameters that they had
/// then.
enum FirstRecipe {
  /// The views that such a recipe may name, each of the kind that its name implies.
  static let views: Set = ["features", "features-30s", "waveform", "mel"]

  /// The fields that a view of a kind may have in one.
  static func fields(of kind: any ViewKind.Type) -> Set<String> {
    func names<Kind: ViewKind>(_ kind: Kind.Type) -> [String] {
      kind.parameters.filter { !$0.isHiddenByDefault }.map(\.name)
    }
    return Set(names(kind)).union([RecipeView.Key.slices])
  }

  /// Whether the first schema can say all of a recipe.
  static func canSay(_ recipe: Recipe) -> Bool {
    recipe.views.allSatisfy { view in
      views.contains(view.name.rawValue)
        && view.kind.kindName == ViewRegistry.kindName(impliedBy: view.name)
        && fields(of: type(of: view.kind)).isSuperset(of: view.fields.keys)
    }
  }
}
