public import Corpus
public import DatasetCache
internal import FoundationEssentials
internal import SignalKit

extension Recipe {
  /// The slice rule of every view that the recipe prepares: those that it names, and always the acoustic
  /// fingerprints.
  public var rules: [View: SliceRule] {
    var rules: [View: SliceRule] = [:]
    rules[.features] = views.features?.slices
    rules[.features30s] = views.features30s?.slices
    rules[.waveform] = views.waveform?.slices
    rules[.mel] = views.mel?.slices
    rules[.acoustic] = .whole
    return rules
  }

  /// Everything that the values of a view depend on, by name: what its fingerprint is taken of.
  ///
  /// - Throws: `RecipeError` where the recipe cannot be written as JSON.
  public func ingredients() throws(RecipeError) -> [View: [String: JSONValue]] {
    var result: [View: [String: JSONValue]] = [:]
    for (view, rule) in rules {
      var parts: [String: JSONValue] = [
        "view": .string(view.rawValue),
        "algorithm": .integer(Self.algorithm(of: view)),
        "sampleRate": .integer(Int64(sampleRate)),
      ]
      parts.merge(try Self.flattened(rule, prefix: "slices.")) { $1 }
      if view != .waveform, view != .acoustic { parts["profile"] = .string(profile.rawValue) }
      if view == .mel, let mel = views.mel {
        parts.merge(try Self.flattened(mel, prefix: "")) { $1 }
        parts["slices"] = nil
      }
      result[view] = parts
    }
    return result
  }

  /// The fingerprint of each view, the recipe having been checked.
  ///
  /// - Throws: `PreparationError` where the recipe cannot be used.
  func fingerprints() throws(PreparationError) -> [View: Fingerprint] {
    let ingredients: [View: [String: JSONValue]]
    do {
      try check()
      ingredients = try self.ingredients()
    } catch {
      throw .recipe(error)
    }
    return try onCache { () throws(CacheError) in
      var result: [View: Fingerprint] = [:]
      for (view, parts) in ingredients {
        result[view] = try Fingerprint(hashing: JSONValue.object(parts).canonicalBytes())
      }
      return result
    }
  }

  /// Counts up whenever a view's values change for the same recipe.
  private static func algorithm(of view: View) -> Int64 {
    switch view {
    case .features, .features30s: 1
    case .waveform: 1
    case .mel: 1
    case .acoustic: 1
    }
  }

  private static func flattened(
    _ value: some Encodable, prefix: String
  ) throws(RecipeError) -> [String: JSONValue] {
    do {
      let json = try canonicalJSON(value)
      guard case .object(let fields) = try JSONDecoder().decode(JSONValue.self, from: Data(json))
      else { return [:] }
      return Dictionary(uniqueKeysWithValues: fields.map { (prefix + $0.key, $0.value) })
    } catch {
      throw RecipeError(
        subject: "the recipe", detail: "cannot be written as JSON: \(error)",
        hint: "use finite numbers")
    }
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
