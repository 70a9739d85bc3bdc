import Wording
public import Corpus
public import DatasetCache
internal import Preparation
public import Training

/// Samples with a split of them: of a view of a cache, or of a table of features.
public struct DividedSamples {
  /// Whether they come from a cache or a table.
  public let kind: RunRecord.Source.Kind
  /// Its path.
  public let path: String
  /// How the tracks are divided.
  public let split: Split
  /// What the cache was prepared by; nil for a table.
  public let recipe: JSONValue?
  /// Of a table: the columns that are learnt from, in order; nil for all.
  public let columns: [String]?
  /// Of a table: the manifest that names recordings and artists.
  public let manifest: String?
  /// The cache, which a process can open only once; nil for a table.
  private let cache: Cache?
  /// Of a table: its tracks, where a manifest knows them.
  private let knownTracks: [SplitTrack]?
  private let open: (String) throws -> any SampleSource

  /// Samples of these parts.
  init(
    kind: RunRecord.Source.Kind, path: String, split: Split, recipe: JSONValue? = nil,
    columns: [String]? = nil, manifest: String? = nil, cache: Cache? = nil,
    knownTracks: [SplitTrack]? = nil, open: @escaping (String) throws -> any SampleSource
  ) {
    self.kind = kind
    self.path = path
    self.split = split
    self.recipe = recipe
    self.columns = columns
    self.manifest = manifest
    self.cache = cache
    self.knownTracks = knownTracks
    self.open = open
  }

  /// A view of a cache with one of its splits.
  /// - Parameter name: the split; nil for the cache's default.
  /// - Throws: ``RunError`` `.choice` where the split is not there or must be named, and
  ///   `CacheError`.
  public static func cache(
    _ path: String, view: View, split name: String? = nil
  ) throws -> DividedSamples {
    try .cache(try Cache.open(at: path, for: .loading), view: view, split: name)
  }

  /// The same of a cache that is open for loading.
  public static func cache(
    _ cache: Cache, view: View, split name: String? = nil
  ) throws -> DividedSamples {
    let path = cache.path
    let chosen = try chosenSplit(name, of: cache)
    guard let split = try cache.split(named: chosen) else {
      throw RunError(
        kind: .choice, subject: "split '\(chosen)'", detail: "\(path) has no such split any more",
        hint: "make it again with lathe split \(path)")
    }
    let recipe = try cache.description().map {
      try JSONValue(json: $0.recipeJSON, named: "the recipe of \(path)")
    }
    return DividedSamples(kind: .cache, path: path, split: split, recipe: recipe, cache: cache) {
      try cache.samples(view: view, split: chosen, side: $0)
    }
  }

  private static func chosenSplit(_ name: String?, of cache: Cache) throws -> String {
    do throws(CacheError) { return try cache.chosenSplit(name) } catch {
      guard error.kind == .unknownName else { throw error }
      throw RunError(kind: .choice, subject: cache.path, detail: error.detail, hint: error.hint)
    }
  }

  /// The same samples under another split of their cache; nil for a table.
  func divided(by split: String, view: View) throws -> DividedSamples? {
    try cache.map { try .cache($0, view: view, split: split) }
  }

  /// What is known of the tracks, and pairs of them that sound the same; nil where nothing is
  /// known.
  /// - Throws: `PreparationError` where a record is damaged.
  func relations() throws -> (tracks: [SplitTrack], links: [(String, String)])? {
    if let cache { return (try cache.splitTracks(), try cache.neighbours().links) }
    return knownTracks.map { ($0, []) }
  }

  /// SHA-256 of a split's canonical JSON, 64 hexadecimal digits.
  static func fingerprint(of split: Split) throws -> String {
    try Fingerprint(hashing: CanonicalJSON.encode(split)).hex
  }

  /// The samples of a side, or of several together.
  /// - Throws: ``RunError`` `.choice` where the split has no such side; `CacheError` and
  ///   `SampleError` where they cannot be opened, or there are none.
  public func samples(_ sides: [String]) throws -> any SampleSource {
    for side in sides where !split.sides.contains(side) {
      throw RunError(
        kind: .choice, subject: "side '\(side)'",
        detail: "the split \(split.plan.name) has no side \(side)",
        hint: "it has \(Words.list(split.sides))")
    }
    if sides.count == 1 { return try open(sides[0]) }
    return try JoinedSamples(try sides.map(open))
  }

  /// The samples of a side; nil where it has none, which is no error.
  func samplesIfAny(_ side: String) throws -> (any SampleSource)? {
    do { return try samples([side]) } catch let error as CacheError where error.kind == .noSamples {
      return nil
    } catch let error as SampleError where error.kind == .missing {
      return nil
    }
  }
}
