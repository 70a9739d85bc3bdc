public import Corpus
public import DatasetCache
internal import SignalKit

extension RecipeView {
  /// Everything that the values of the view depend on, by name: what its fingerprint is taken of.
  ///
  /// The kind, the type of numbers and the channels are part of it only where they are not what the name
  /// alone says: views of the first recipes keep the fingerprints that they had.
  func ingredients(in recipe: Recipe) -> [String: JSONValue] {
    var parts: [String: JSONValue] = [
      "view": .string(name.rawValue),
      "algorithm": .integer(type(of: kind).algorithm),
      "sampleRate": .integer(Int64(recipe.sampleRate)),
    ]
    for (key, value) in slices.fields { parts["slices.\(key)"] = value }
    if type(of: kind).usesProfile { parts["profile"] = .string(recipe.profile.rawValue) }
    parts.merge(parameters) { $1 }
    parts.merge(distinctions) { $1 }
    parts.merge(kind.contents) { $1 }
    return parts
  }
}

extension Recipe {
  /// Everything that the values of each view depend on, by name: what its fingerprint is taken of.
  public func ingredients() -> [View: [String: JSONValue]] {
    Dictionary(
      allViews.map { ($0.name, $0.ingredients(in: self)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The fingerprint of each view, the recipe having been checked.
  ///
  /// - Throws: `PreparationError` where the recipe cannot be used, or has a view of a kind that this program lacks:
  ///   nobody here knows its fingerprint, and with another one the values that the cache has of it would be lost.
  func fingerprints() throws(PreparationError) -> [View: Fingerprint] {
    do {
      try check()
    } catch {
      throw .recipe(error)
    }
    for view in views {
      if let unknown = view.kind as? UnknownKind { throw .signal(unknown.refusal(of: view.name)) }
    }
    return try onCache { () throws(CacheError) in
      var result: [View: Fingerprint] = [:]
      for (view, parts) in ingredients() {
        result[view] = try Fingerprint(hashing: JSONValue.object(parts).canonicalBytes())
      }
      return result
    }
  }

  /// What the cache records of the values of each view.
  var facts: [View: ViewFacts] {
    Dictionary(
      allViews.map { ($0.name, $0.facts(in: self)) }, uniquingKeysWith: { first, _ in first })
  }

  /// What runs along the axes of the samples of a view, outermost first; empty where it has no such view.
  public func axes(of view: View) -> [SampleAxis] {
    views[view].map { view in view.axes(view.context(of: self)).map(\.axis) } ?? []
  }

  /// The names of the columns of the views that are tables.
  var columns: [View: [String]] {
    Dictionary(
      allViews.filter { !$0.kind.columns.isEmpty }.map { ($0.name, $0.kind.columns) },
      uniquingKeysWith: { first, _ in first })
  }
}

extension RecipeView {
  /// Numbers of a slice from which on values are checked block by block. Those of features are too few for
  /// it: 2 KB of a track's rows are checked as fast as they are looked up.
  private static let numbersWithBlocks = 512

  /// What the cache records of the view's values.
  func facts(in recipe: Recipe) -> ViewFacts {
    let axes = axes(context(of: recipe))
    let size = axes.reduce(1.0) { $0 * Double($1.count ?? Self.numbersWithBlocks) }
    let hasBlocks =
      switch kind.form {
      case .signal: true
      case .rows: size >= Double(Self.numbersWithBlocks)
      case .track: false
      }
    return ViewFacts(
      kind: kind.kindName, form: kind.form,
      channels: kind.form == .signal ? channels.count : 1, axes: axes.map(\.axis),
      unit: kind.unit, hasBlocks: hasBlocks)
  }
}

/// How one view of a cache came to differ from a recipe, in words: `profile librosa-0.8 → librosa-1.0`.
func differences(from old: [String: JSONValue], to new: [String: JSONValue]) -> [String] {
  func text(_ value: JSONValue?) -> String {
    guard let value else { return "none" }
    if case .string(let text) = value { return text }
    return String(decoding: value.canonicalBytes(), as: UTF8.self)
  }
  return Set(old.keys).union(new.keys).sorted().compactMap { key in
    old[key] == new[key] ? nil : "\(key) \(text(old[key])) → \(text(new[key]))"
  }
}
