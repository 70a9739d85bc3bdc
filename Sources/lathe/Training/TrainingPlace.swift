import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
import Training

/// Where samples come from, with a split of them: a cache, or a table of features.
struct TrainingPlace {
  /// The kind of place and its path.
  let kind: RunRecord.Source.Kind
  let path: String
  /// How the tracks are divided.
  let split: Split
  /// What the cache was prepared by; nil for a table.
  let recipe: JSONValue?
  private let open: (String) throws -> any SampleSource

  /// A view of a cache with one of its splits.
  static func cache(_ path: String, view: View, split name: String?) throws -> TrainingPlace {
    let cache = try Cache.open(at: path, for: .loading)
    let names = try cache.splitNames()
    let chosen = try name ?? theOnly(of: names, path: path)
    guard let split = try cache.split(named: chosen) else {
      throw ValidationError(
        "--split \(Words.shown(chosen)): \(path) has no such split; it has \(Words.list(names))."
      )
    }
    let recipe = try cache.description().flatMap {
      try JSONDecoder().decode(JSONValue.self, from: Data($0.recipeJSON))
    }
    return TrainingPlace(kind: .cache, path: path, split: split, recipe: recipe) { side in
      try cache.samples(view: view, split: chosen, side: side)
    }
  }

  private static func theOnly(of names: [String], path: String) throws -> String {
    if names.count == 1 { return names[0] }
    throw ValidationError(
      names.isEmpty
        ? "\(path) has no split: make one with lathe split \(path)."
        : "\(path) has \(names.count) splits, so name one with --split: \(Words.list(names)).")
  }

  /// A table of features, divided by a plan.
  /// - Parameter manifest: what is known of the tracks, so that artists and recordings can stay together.
  static func table(
    _ path: String, plan: (SplitPolicy) throws -> SplitPlan?, manifest: Manifest? = nil
  ) throws -> TrainingPlace {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("--csv \(Words.shown(path)): there is no such file, or it cannot be read.")
    }
    let bytes = [UInt8](data)
    let rows: FeatureRows
    do { rows = try FeatureRows(parsing: bytes) } catch {
      throw UnusableFile(name: path, reason: error)
    }
    let known = Dictionary(
      (manifest?.tracks ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let tracks = zip(rows.trackIDs, rows.trackLabels).map { id, label in
      known[id].map {
        SplitTrack(id: id, label: label, group: $0.group, artist: $0.artist, title: $0.title)
      } ?? SplitTrack(id: id, label: label)
    }
    guard let plan = try plan(.standard(for: tracks)) else {
      throw ValidationError("--ratios none: a training needs a split.")
    }
    let split = try Split.make(plan, tracks: tracks)
    let content = try Fingerprint(hashing: bytes).hex
    return TrainingPlace(kind: .csv, path: path, split: split, recipe: nil) { side in
      try rows.samples(
        name: "\(side) of \(plan.name) in \(path)",
        identity: "\(content)/\(try fingerprint(of: split))/\(side)", split: split, side: side)
    }
  }

  /// SHA-256 of what a split says, 64 hex digits.
  static func fingerprint(of split: Split) throws -> String {
    try Fingerprint(hashing: CanonicalJSON.encode(split)).hex
  }

  /// The samples of a side, or of several together.
  func samples(_ sides: [String]) throws -> any SampleSource {
    for side in sides where !split.sides.contains(side) {
      throw ValidationError(
        "The split \(Words.shown(split.plan.name)) has no side \(Words.shown(side)); it has "
          + "\(Words.list(split.sides)).")
    }
    if sides.count == 1 { return try open(sides[0]) }
    return try JoinedSamples(try sides.map(open))
  }

  /// Whether a side has any samples; an empty one is no error, but cannot be opened.
  func samplesIfAny(_ side: String) throws -> (any SampleSource)? {
    do { return try samples([side]) } catch let error as CacheError where error.kind == .noSamples {
      return nil
    } catch let error as SampleError where error.kind == .missing {
      return nil
    }
  }
}

/// What each side of a split is for.
struct SideRoles {
  /// What is learnt from.
  var training: [String]
  /// What the best epoch is chosen by.
  var selection: String?
  /// What the result is of.
  var test: String?

  /// The usual roles: train, validation and test by name; of folds, the first to test and the others to train.
  init(of split: Split, test: String? = nil, selection: String? = nil) {
    let sides = split.sides
    let isFolds = !sides.contains("train")
    let measured = test ?? (sides.contains("test") ? "test" : isFolds ? sides.first : nil)
    let chosenBy = selection ?? (sides.contains("validation") ? "validation" : nil)
    training = isFolds ? sides.filter { $0 != measured && $0 != chosenBy } : ["train"]
    self.test = measured
    self.selection = chosenBy
  }

  /// The training side in one word.
  var trainingName: String { training.joined(separator: "+") }
}
