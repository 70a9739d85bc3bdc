public import Corpus
public import DatasetCache

/// What a cache was prepared with: what another run goes on with where nothing else is chosen.
public struct PreparationChoices: Sendable {
  /// The recipe, with the profile and the fault policies that were chosen in place of its own.
  public var recipe: Recipe
  /// The manifest; nil where the folders are the labels.
  public var manifest: Manifest?
  /// The ids of the tracks that are left out by hand, in byte order.
  public var exclusions: [String] = []
  /// What people have corrected.
  public var overlay = CollectionOverlay()
  /// The name of the manifest that the cache was made from, or of the folder.
  public var datasetName: String
  /// Whether the cache says what was chosen. An earlier version kept the recipe only, so whether
  /// there was a manifest isn't known.
  public var areKnown: Bool
  /// A split that an interrupted run was to make and hasn't.
  public var pendingSplit: PendingSplit?
}

/// A split that is to be made when all tracks are there.
public struct PendingSplit: Sendable, Hashable, Codable {
  /// What to keep to.
  public var plan: SplitPlan
  /// Whether a stratified split becomes a grouped one where tracks are found to sound the same.
  public var groupsNeighbours: Bool

  /// A split to be made.
  public init(plan: SplitPlan, groupsNeighbours: Bool) {
    self.plan = plan
    self.groupsNeighbours = groupsNeighbours
  }
}

/// What of ``PreparationChoices`` has no other place in a cache.
struct StoredChoices: Codable {
  var hasManifest: Bool
  var pendingSplit: PendingSplit?
  var exclusions: [String]?
  var overlay: CollectionOverlay?

  /// The choices that a cache keeps; nil where it keeps none that can be read.
  init?(_ description: CacheDescription?) {
    guard let json = description?.choicesJSON else { return nil }
    self.init(json: String(decoding: json, as: UTF8.self))
  }

  /// The choices in JSON; nil where it is not of them.
  init?(json: String) {
    guard let choices = try? StrictJSON.decode(Self.self, from: json.utf8, named: "the choices")
    else { return nil }
    self = choices
  }

  init(
    hasManifest: Bool, pendingSplit: PendingSplit?, exclusions: [String], overlay: CollectionOverlay
  ) {
    self.hasManifest = hasManifest
    self.pendingSplit = pendingSplit
    self.exclusions = exclusions.isEmpty ? nil : exclusions
    self.overlay = overlay.isEmpty ? nil : overlay
  }
}

extension ShardPlan {
  /// What the shards of a cache are prepared with, before they are merged.
  ///
  /// - Parameter path: the cache.
  /// - Throws: `PreparationError` where the plan cannot be read, or no shard is there that has its
  ///   manifest.
  public func choices(at path: String) throws(PreparationError) -> PreparationChoices? {
    for shard in allShards {
      guard try onCache({ () throws(CacheError) in try Cache.exists(at: path, shard: shard) }),
        let cache = try? Cache.open(at: path, for: .reading, shard: shard),
        let choices = try cache.choices()
      else { continue }
      return choices
    }
    return nil
  }
}

extension Cache {
  /// The names of the dataset's own splits, by which published figures compare; none where its manifest has none.
  ///
  /// - Throws: `PreparationError` where what is kept of the preparation cannot be read.
  public func officialSplits() throws(PreparationError) -> [String] {
    try choices()?.manifest?.officialSplits ?? []
  }

  /// What the cache was prepared with; nil where it never was.
  ///
  /// - Throws: `PreparationError` where what is kept of it cannot be read.
  public func choices() throws(PreparationError) -> PreparationChoices? {
    guard let description = try onCache({ () throws(CacheError) in try description() }) else {
      return nil
    }
    let recipe: Recipe
    do { recipe = try description.recipe() } catch { throw .recipe(error) }
    var choices = PreparationChoices(
      recipe: recipe, datasetName: description.manifest.name,
      areKnown: description.choicesJSON != nil)
    if !choices.areKnown { return choices }
    guard let stored = StoredChoices(description) else {
      throw .cache(
        CacheError(
          kind: .invalidRecord, operation: "read", subject: "the choices of \(path)",
          detail: "they are no valid JSON", hint: "give the recipe and the manifest again"))
    }
    choices.exclusions = stored.exclusions ?? []
    choices.overlay = stored.overlay ?? CollectionOverlay()
    choices.pendingSplit = stored.pendingSplit
    if stored.hasManifest {
      guard let whole = try onCache({ () throws(CacheError) in try wholeManifest() }) else {
        throw .cache(
          CacheError(
            kind: .invalidRecord, operation: "read", subject: "the manifest of \(path)",
            detail: "it is missing", hint: "give it again with --manifest"))
      }
      choices.manifest = try onManifest { () throws(ManifestError) in try Manifest.decode(whole) }
    }
    return choices
  }
}
