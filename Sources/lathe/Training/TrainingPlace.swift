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
  /// The cache, which a process opens once only; nil for a table.
  private let cache: Cache?
  private let open: (String) throws -> any SampleSource

  /// A view of a cache with one of its splits.
  static func cache(_ path: String, view: View, split name: String?) throws -> TrainingPlace {
    try .cache(try Cache.open(at: path, for: .loading), view: view, split: name)
  }

  /// The same of an open cache.
  static func cache(_ cache: Cache, view: View, split name: String?) throws -> TrainingPlace {
    let path = cache.path
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
    return TrainingPlace(
      kind: .cache, path: path, split: split, recipe: recipe, cache: cache
    ) { side in
      try cache.samples(view: view, split: chosen, side: side)
    }
  }

  /// The same samples under another split of their cache; nil for a table.
  func divided(by split: String, view: View) throws -> TrainingPlace? {
    try cache.map { try .cache($0, view: view, split: split) }
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
    let (bytes, rows) = try read(path)
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
    return try table(path, bytes, rows, split: try Split.make(plan, tracks: tracks))
  }

  /// A table of features with a split that was made before.
  static func table(_ path: String, split: Split) throws -> TrainingPlace {
    let (bytes, rows) = try read(path)
    return try table(path, bytes, rows, split: split)
  }

  private static func table(
    _ path: String, _ bytes: [UInt8], _ rows: FeatureRows, split: Split
  ) throws -> TrainingPlace {
    let content = try Fingerprint(hashing: bytes).hex
    let mark = try fingerprint(of: split)
    return TrainingPlace(kind: .csv, path: path, split: split, recipe: nil, cache: nil) { side in
      try rows.samples(
        name: "\(side) of \(split.plan.name) in \(path)", identity: "\(content)/\(mark)/\(side)",
        split: split, side: side)
    }
  }

  private static func read(_ path: String) throws -> ([UInt8], FeatureRows) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TrainingError(
        kind: .data, subject: Words.shown(path),
        detail: "there is no such file, or it cannot be read", hint: "give the table's path")
    }
    let bytes = [UInt8](data)
    do { return (bytes, try FeatureRows(parsing: bytes)) } catch {
      throw UnusableFile(name: path, reason: error)
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

  /// The sides that were asked for by name.
  private let asked: [String]

  /// The usual roles: train, validation and test by name; of folds, the first to test and the others to train.
  init(of split: Split, test: String? = nil, selection: String? = nil) {
    let sides = split.sides
    let isFolds = !sides.contains("train")
    let measured = test ?? (sides.contains("test") ? "test" : isFolds ? sides.first : nil)
    let usual = sides.contains("validation") && measured != "validation" ? "validation" : nil
    let chosenBy = selection ?? usual
    training = isFolds ? sides.filter { $0 != measured && $0 != chosenBy } : ["train"]
    self.test = measured
    self.selection = chosenBy
    asked = [test, selection].compactMap { $0 }
  }

  /// The training side in one word.
  var trainingName: String { training.joined(separator: "+") }

  /// Refuses roles under which a figure would not be what it is taken for.
  func check() throws {
    guard !training.isEmpty else {
      throw ValidationError(
        "No fold is left to learn from: leave out --selection, or make a split of more folds.")
    }
    if let side = [selection, test].compactMap({ $0 }).first(where: training.contains) {
      throw ValidationError(
        "The side \(Words.shown(side)) is learnt from, so it can neither choose nor measure; "
          + "name another.")
    }
    if let test, test == selection {
      throw ValidationError(
        "The side \(Words.shown(test)) chooses the best epoch, so it cannot measure it; "
          + "name another.")
    }
  }

  /// Leaves a side out that has no samples.
  /// - Throws: where it was asked for.
  mutating func leaveOut(_ side: String) throws {
    if asked.contains(side) {
      throw ValidationError("The side \(Words.shown(side)) has no samples; name another.")
    }
    if selection == side { selection = nil }
    if test == side { test = nil }
  }
}
