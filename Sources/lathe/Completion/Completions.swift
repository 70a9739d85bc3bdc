import ArgumentParser
import Corpus
import DatasetCache
import Networks
import Preparation
import Training

/// What a shell may complete an argument with (`lathe --generate-completion-script bash`).
///
/// Each takes the words of the line, so that what a cache holds is offered where the line names a
/// cache. Nothing here fails or says anything: where nothing is known, nothing is offered.
enum Completions {
  /// Names of views: those of the cache on the line, or of the usual recipe.
  static let views = CompletionKind.custom { words, _, _ in viewNames(words) }

  /// What `lathe train` learns from: views and trainers.
  static let modes = CompletionKind.custom { words, _, _ in viewNames(words) + trainerNames }

  /// Trainers that come with Lathe.
  static let trainers = CompletionKind.list(trainerNames)

  /// Several of them, separated by commas.
  static let trainerLists = CompletionKind.custom { _, _, prefix in list(trainerNames, prefix) }

  /// Split policies.
  static let policies = CompletionKind.list(policyNames + ["published:"])

  /// Several of those that a study takes, separated by commas.
  static let policyLists = CompletionKind.custom { _, _, prefix in list(policyNames, prefix) }

  /// Splits of the cache on the line.
  static let splits = CompletionKind.custom { words, _, _ in
    (try? LineCache.open(words)?.splitNames()) ?? []
  }

  /// Sides of the split on the line, or of all splits of the cache on it.
  static let sides = CompletionKind.custom { words, _, _ in sideNames(words) }

  /// Kinds of faults with each policy that makes sense for them.
  static let faults = CompletionKind.list(
    FaultSubject.allCases.flatMap { subject in
      subject.policies.map { "\(subject.rawValue)=\($0.rawValue)" }
    })

  /// Recipes by name, and files.
  static let recipes = CompletionKind.custom { _, _, prefix in
    Catalogue.recipeNames + LineFiles.begun(prefix, extension: "json")
  }

  /// Manifests by name, and files.
  static let manifests = CompletionKind.custom { _, _, prefix in
    Catalogue.manifestNames + LineFiles.begun(prefix, extension: "json")
  }

  private static let policyNames = ["grouped", "stratified", "slices"]
  private static var trainerNames: [String] { EmbeddedTrainers.registry.kinds.map(\.name) }

  /// The one list of views: those of the cache on the line, or those of the usual recipe.
  static func viewNames(_ words: [String]) -> [String] {
    let held = (try? LineCache.open(words)?.description())?.map { Array($0.fingerprints.keys) }
    // Acoustic fingerprints are what near-duplicates are found by, no view to train on or to
    // export.
    return (held ?? Recipe.gtzan.views.map(\.name)).filter { $0 != .acoustic }.sorted()
      .map(\.rawValue)
  }

  private static func sideNames(_ words: [String]) -> [String] {
    guard let cache = LineCache.open(words), let all = try? cache.splitNames() else { return [] }
    let named = all.filter { words.contains($0) }
    var sides: [String] = []
    for name in named.isEmpty ? all : named {
      for side in (try? cache.split(named: name))?.sides ?? [] where !sides.contains(side) {
        sides.append(side)
      }
    }
    return sides
  }

  /// Names for the last part of a list that commas separate.
  static func list(_ names: [String], _ prefix: String) -> [String] {
    let parts = prefix.split(separator: ",", omittingEmptySubsequences: false).dropLast()
    let begin = parts.map { $0 + "," }.joined()
    return names.filter { !parts.contains(Substring($0)) }.map { begin + $0 }
  }
}
