public import Corpus
public import DatasetCache

/// The views of a recipe, by name.
public struct RecipeViews: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral {
  /// The most views that a recipe may have: a cache has databases for each, and for those of earlier
  /// recipes, and 512 of them in all.
  public static let maximumCount = 64

  private var ordered: [RecipeView] = []

  /// These views; of two with one name the last counts.
  public init(_ views: some Sequence<RecipeView>) {
    for view in views { self[view.name] = view }
  }

  /// These views.
  public init(arrayLiteral views: RecipeView...) { self.init(views) }

  /// Always 0.
  public var startIndex: Int { 0 }
  /// How many there are.
  public var endIndex: Int { ordered.count }
  /// A view, in the order of the names.
  public subscript(index: Int) -> RecipeView { ordered[index] }

  /// The view of a name; nil for none.
  public subscript(name: View) -> RecipeView? {
    get { ordered.first { $0.name == name } }
    set {
      ordered.removeAll { $0.name == name }
      guard var view = newValue else { return }
      view.name = name
      let index = ordered.firstIndex { name < $0.name } ?? ordered.endIndex
      ordered.insert(view, at: index)
    }
  }

  /// The view of a name as one of a kind, so that its parameters can be read and changed:
  /// `recipe.views[mel, as: MelKind.self]?.bands = 64`; nil where it is of another kind or not
  /// there.
  public subscript<Kind: ViewKind>(name: View, as type: Kind.Type) -> KindView<Kind>? {
    get {
      guard let view = self[name], let kind = view.kind as? Kind else { return nil }
      return KindView(kind: kind, slices: view.slices)
    }
    set {
      guard let newValue else { return self[name] = nil }
      var view =
        self[name] ?? RecipeView(newValue.kind, named: name, slices: newValue.slices)
      view.kind = newValue.kind
      view.slices = newValue.slices
      self[name] = view
    }
  }
}

/// A view's kind and slices.
@dynamicMemberLookup
public struct KindView<Kind: ViewKind>: Sendable {
  /// The kind with its parameters.
  public var kind: Kind
  /// How a track is cut.
  public var slices: SliceRule

  /// A parameter of the kind.
  public subscript<Value>(dynamicMember path: WritableKeyPath<Kind, Value>) -> Value {
    get { kind[keyPath: path] }
    set { kind[keyPath: path] = newValue }
  }
}
