import Corpus
import DatasetCache
import Preparation
import Training

/// What the runs of a study learn from, open for all of them.
protocol StudySamples {
  /// The splits with their seeds.
  var rounds: [StudyDivision.Round] { get }

  /// The samples that a trainer takes, divided by a split, and their view; nil where the trainer
  /// has no usual view.
  func divided(for kind: TrainerKind, by plan: SplitPlan) throws -> (View, DividedSamples)?
}

/// A cache, in which splits that it lacks are made.
struct CacheStudySamples: StudySamples {
  let rounds: [StudyDivision.Round]
  private let cache: Cache

  /// - Throws: `CacheError`, `PreparationError`, `SplitError`, and as
  ///   ``StudyDivision/rounds(standard:of:leaveOut:)``.
  init(
    at path: String, _ division: StudyDivision, leaveOut: (SplitPolicy, String) -> Void
  ) throws {
    rounds = try Self.prepare(path, division, leaveOut)
    cache = try Cache.open(at: path, for: .loading)
  }

  /// Makes the splits that are missing; a cache that lacks none may be read-only.
  private static func prepare(
    _ path: String, _ division: StudyDivision, _ leaveOut: (SplitPolicy, String) -> Void
  ) throws -> [StudyDivision.Round] {
    // Open no longer than this call: a process opens a cache only once.
    let (rounds, missing) = try rounds(
      of: try Cache.open(at: path, for: .reading), division, leaveOut)
    guard !missing.isEmpty else { return rounds }
    let writing = try WritableCache(at: path, in: .automatic)
    for plan in missing {
      if let sides = try division.published.split(of: plan.policy) {
        try writing.cache.putSplit(try writing.cache.division(by: sides))
      } else {
        try writing.cache.makeSplit(plan)
      }
    }
    try writing.cache.writeIndex()
    try writing.cache.renewCard()
    try writing.finish()
    return rounds
  }

  /// All rounds, and the splits of them that the cache lacks.
  private static func rounds(
    of cache: Cache, _ division: StudyDivision, _ leaveOut: (SplitPolicy, String) -> Void
  ) throws -> ([StudyDivision.Round], missing: [SplitPlan]) {
    let standard = SplitPolicy.standard(
      for: try cache.splitTracks(), links: try cache.neighbours().links)
    let names = try cache.splitNames()
    var division = division
    // A published split that the cache holds needs no manifest.
    for case .published(let name) in division.policies
    where names.contains(name) && !division.published.contains(where: { $0.name == name }) {
      let sides = try cache.split(named: name)?.sides ?? []
      division.published.append(
        NamedSides(name: name, sides: sides.map { .init(name: $0, ids: []) }))
    }
    let rounds = try division.rounds(standard: standard, of: "this cache", leaveOut: leaveOut)
    var missing: [SplitPlan] = []
    for plan in rounds.map(\.plan)
    where !names.contains(plan.name) && !missing.contains(where: { $0.name == plan.name }) {
      missing.append(plan)
    }
    return (rounds, missing)
  }

  func divided(for kind: TrainerKind, by plan: SplitPlan) throws -> (View, DividedSamples)? {
    guard let view = View(rawValue: kind.views.first ?? "") else { return nil }
    return (view, try .cache(cache, view: view, split: plan.name))
  }
}

/// A table of features, which is read once.
struct TableStudySamples: StudySamples {
  let rounds: [StudyDivision.Round]
  private let table: LoadedTable
  private let choices: TableChoices
  private let division: StudyDivision
  private let tracks: [SplitTrack]

  /// - Throws: ``RunError`` `.data` where the table cannot be read, `SplitError`, and as
  ///   ``StudyDivision/rounds(standard:of:leaveOut:)``.
  init(
    _ path: String, _ choices: TableChoices, _ division: StudyDivision,
    leaveOut: (SplitPolicy, String) -> Void
  ) throws {
    var division = division
    division.published += choices.manifest?.publishedSides ?? []
    table = try LoadedTable(at: path, choices.columns)
    tracks = choices.tracks(of: table.rows)
    rounds = try division.rounds(
      standard: SplitPolicy.standard(for: tracks), of: "this table", leaveOut: leaveOut)
    self.choices = choices
    self.division = division
  }

  func divided(for kind: TrainerKind, by plan: SplitPlan) throws -> (View, DividedSamples)? {
    let split =
      try division.published.split(of: plan.policy).map {
        try Split.published($0, tracks: tracks.map(\.id))
      }
      ?? Split.make(plan, tracks: tracks)
    return (table.view, try table.divided(by: split, choices))
  }
}
