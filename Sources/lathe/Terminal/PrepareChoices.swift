import Wording
import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
import SignalKit

/// What a preparation goes by: what is chosen now and, where nothing is, what the cache was
/// prepared with.
struct PrepareChoices {
  /// What flags choose; nil and empty where they choose nothing.
  struct Flags {
    /// The recipe that is named.
    var recipe: Recipe?
    /// What is changed in whichever recipe it is.
    var change: (inout Recipe) throws -> Void = { _ in }
    /// The manifest that is named; the inner nil where the folders are chosen.
    var manifest: Manifest??
    /// The ids that are excluded.
    var exclusions: [String] = []
    /// Whether those that were excluded before are taken in again.
    var forgetsExclusions = false
    /// What people have corrected, where it is named; the empty one forgets what was.
    var overlay: CollectionOverlay?
    /// The fault policies and the profile that are named, so that they are not
    /// reported as kept.
    var faults: Set<FaultSubject> = []
    var isProfileNamed = false
  }

  let recipe: Recipe
  let manifest: Manifest?
  /// Whether what earlier manifests said stays.
  let keepsKnownFacts: Bool
  /// The ids of the tracks to leave out.
  let exclusions: [String]
  /// What people have corrected.
  let overlay: CollectionOverlay
  /// What is kept that a first preparation would not take of itself, in words.
  let kept: [String]
  /// Whether something is chosen that the cache was not prepared with.
  let isChange: Bool

  init(_ flags: Flags, earlier: PreparationChoices?) throws {
    let base = flags.recipe ?? earlier?.recipe ?? .gtzan
    var recipe = base
    try flags.change(&recipe)
    self.recipe = recipe
    manifest = flags.manifest ?? earlier?.manifest
    keepsKnownFacts = flags.manifest == nil
    let excludedBefore = flags.forgetsExclusions ? [] : earlier?.exclusions ?? []
    let already = Set(excludedBefore.map { Array($0.utf8) })
    exclusions = excludedBefore + flags.exclusions.filter { !already.contains(Array($0.utf8)) }
    overlay = flags.overlay ?? earlier?.overlay ?? CollectionOverlay()
    guard let earlier else {
      (kept, isChange) = ([], false)
      return
    }
    isChange =
      recipe != earlier.recipe || flags.manifest.map { $0 != earlier.manifest } ?? false
    var kept = flags.recipe == nil ? Self.words(earlier.recipe, flags) : []
    if flags.manifest == nil, let manifest = earlier.manifest {
      kept.append("manifest \(Words.shown(manifest.name)) (\(Words.tracks(manifest.tracks.count)))")
    }
    if !excludedBefore.isEmpty { kept.append("\(Words.tracks(excludedBefore.count)) excluded") }
    if flags.overlay == nil, !overlay.isEmpty {
      kept.append("an overlay of \(Words.counted(overlay.corrections.count, "correction"))")
    }
    self.kept = kept
  }

  /// A recipe by what is not usual in it.
  private static func words(_ recipe: Recipe, _ flags: Flags) -> [String] {
    var plain = recipe
    plain.profile = Recipe.gtzan.profile
    plain.faults = FaultPolicies()
    var words = plain == .gtzan ? [] : ["recipe \(Words.shown(recipe.name))"]
    if recipe.profile != Recipe.gtzan.profile, !flags.isProfileNamed {
      words.append("profile \(recipe.profile.rawValue)")
    }
    let usual = FaultPolicies()
    for subject in FaultSubject.allCases
    where recipe.faults[subject] != usual[subject] && !flags.faults.contains(subject) {
      words.append("fault \(subject.rawValue)=\(recipe.faults[subject].rawValue)")
    }
    return words
  }

  /// What the cache at a path, or a shard of it, was prepared with; nil where there is none yet.
  static func earlier(at path: String, _ shard: Shard?) throws -> PreparationChoices? {
    if shard == nil, let plan = try ShardPlan.read(at: path), plan.shards > 1 {
      // Also before it is merged.
      return try (try? Cache.open(at: path, for: .reading))?.choices() ?? plan.choices(at: path)
    }
    guard try Cache.exists(at: path, shard: shard) else { return nil }
    do {
      return try Cache.open(at: path, for: .reading, shard: shard).choices()
    } catch let error as CacheError where error.kind == .unfinished {
      return nil
    }
  }
}

/// Asks before computed values are thrown away.
enum Confirmation {
  /// Returns where they may go.
  ///
  /// - Parameters:
  ///   - losses: what goes, a line each.
  ///   - isGiven: whether `--yes` has answered already.
  /// - Throws: `ExitCode` where they may not, or where nobody can be asked.
  static func ask(losses: [String], isGiven: Bool) throws {
    if losses.isEmpty || isGiven { return }
    for loss in losses { Output.error("thrown away: \(Words.shown(loss))") }
    guard Terminal.answers else {
      Output.error(
        "lathe: this changes what the cache is and throws computed values away; to do it: "
          + Words.command(["lathe"] + CommandLine.arguments.dropFirst() + ["--yes"])
          + "; another --cache keeps both")
      throw ExitCode(Exit.usage)
    }
    Output.ask("this throws computed values away; go on? [y/N]")
    let answer = readLine()?.lowercased() ?? ""
    guard ["y", "yes"].contains(answer) else {
      Output.error("nothing was changed")
      throw ExitCode(Exit.failed)
    }
  }
}
