internal import Corpus
internal import DatasetCache

/// What a preparation finds out before it does anything.
extension Preparation {
  /// What ``run(progress:cancellation:)`` would do. Nothing is written; a few files are decoded to see how long it
  /// will take.
  ///
  /// - Parameter detail: how much is said of the tracks; for more than reasons, files that are not as they were
  ///   are read and compared.
  /// - Throws: ``PreparationError`` where nothing can be prepared.
  public func overview(
    _ detail: PreparationPlan.Detail = .reasons
  ) throws(PreparationError) -> PreparationPlan.Overview {
    let found = try find(pins: false)
    if let plan = try dividedPlan() {
      return try DividedPreparation(preparation: self, plan: plan, found: found).overview(detail)
    }
    var (plan, _, changes) = try planned(found, detail)
    plan.overview.take(changes, detail)
    return plan.overview
  }

  /// What has to be done for a collection in the one store of a cache, or in a shard, with what becomes of
  /// each track where that is asked for.
  func planned(
    _ found: FoundCollection, _ detail: PreparationPlan.Detail
  ) throws(PreparationError) -> (
    plan: PreparationPlan, matches: [Int: ContentMatching.Match], changes: [TrackChange]
  ) {
    let (contents, fingerprints) = (try presentContents(), try recipe.fingerprints())
    var plan = try plan(found, contents, fingerprints).plan
    plan.overview.forecast = forecast(of: plan, measures: true)
    if detail == .reasons { return (plan, [:], []) }
    let matches = contentMatches(plan, contents.records.tracks, fingerprints)
    let explaining = PlanExplaining(
      plan, matches, recipe: recipe, fingerprints: fingerprints, contents: contents)
    return (plan, matches, explaining.changes())
  }

  /// What is in the cache now; nothing where there is none.
  func presentContents() throws(PreparationError) -> CacheContents {
    guard
      try onCache({ () throws(CacheError) in try Cache.exists(at: cachePath, shard: shard) })
    else {
      return CacheContents()
    }
    do {
      return try CacheContents(try Cache.open(at: cachePath, for: .reading, shard: shard))
    } catch let error as CacheError {
      // A making that ended before anything was stored.
      if error.kind == .unfinished { return CacheContents() }
      throw .cache(error)
    } catch let error as PreparationError {
      throw error
    } catch {
      throw .cache(
        CacheError(kind: .system, operation: "read", subject: cachePath, detail: "\(error)"))
    }
  }

  func plan(
    _ found: FoundCollection, _ contents: CacheContents, _ fingerprints: [View: Fingerprint]
  ) throws(PreparationError) -> (plan: PreparationPlan, collection: AudioCollection) {
    var collection = found.collection
    if manifest == nil {
      let facts = keepsKnownFacts ? self.facts(of: contents) : []
      collection = try onManifest { () throws(ManifestError) in
        try collection.keepingFacts(facts).applying(recipe.faults)
      }
    }
    // Of a shard that was checked when the whole was listed.
    if shard == nil {
      try checkExclusions(collection, before: StoredChoices(contents.description))
    }
    var plan = PlanMaking.plan(
      for: collection, listed: found.listed, roots: roots, recipe: recipe,
      fingerprints: fingerprints, contents: contents,
      checksContent: checksContent)
    if !found.isPartOfRun {
      try checkCollection([plan]) {
        renamedTracks(plan, contents.records.tracks, fingerprints)
      }
    }
    plan.overview.warnings += found.warnings + recipe.warnings
    return (plan, collection)
  }

  /// What the cache knows of its tracks beside what an overlay said that does not hold any more.
  private func facts(of contents: CacheContents) -> [Track] {
    guard let earlier = StoredChoices(contents.description)?.overlay, earlier != overlay else {
      return contents.facts
    }
    let said = earlier.merged
    return contents.facts.map { fact in
      var fact = fact
      if let group = said[Array(fact.id.utf8)]?.group, fact.group == group { fact.group = nil }
      return fact
    }
  }

  /// What looks wrong in the whole of a collection.
  func warnings(of collection: AudioCollection) -> [String] {
    overlayWarnings(of: collection) + folderWarnings(of: collection)
  }

  /// Corrections of tracks that are not there.
  private func overlayWarnings(of collection: AudioCollection) -> [String] {
    let unknown = overlay.unknown(among: collection.ids)
    guard let first = unknown.first else { return [] }
    return [
      "the overlay corrects \(counted(unknown.count)) that the collection does not have: "
        + first + (unknown.count > 1 ? " and \(counted(unknown.count - 1, "other", "others"))" : "")
    ]
  }

  /// What looks wrong where the folders are the labels.
  private func folderWarnings(of collection: AudioCollection) -> [String] {
    if manifest != nil { return [] }
    let labels = FolderLabels(of: collection.manifest.tracks)
    guard labels.lookLikeArtists else { return [] }
    return [
      "the \(labels.labels) outermost folders become \(labels.labels) labels, half of them with "
        + "at most \(counted(labels.medianTracks, "track", "tracks")), as artists or albums would; "
        + "if they are no classes, write a table with the columns path,label and give it: "
        + "lathe prepare … --labels TABLE.csv"
    ]
  }

  /// Refuses ids that neither the collection has nor an earlier run has excluded.
  ///
  /// - Parameter choices: those of the earlier run.
  func checkExclusions(
    _ collection: AudioCollection, before choices: StoredChoices?
  ) throws(PreparationError) {
    if exclusions.isEmpty { return }
    let known = collection.ids
    let all = Set((known + (choices?.exclusions ?? [])).map { Array($0.utf8) })
    let unknown = exclusions.filter { !all.contains(Array($0.utf8)) }
    if unknown.isEmpty { return }
    throw .unknownTracks(
      ids: unknown, near: unknown.prefix(1).flatMap { NearNames.near($0, in: known) })
  }

  /// The splits that came with the dataset.
  var published: [NamedSides] { manifest?.publishedSides ?? [] }

  /// Refuses a split that the collection cannot have before the work, not after it.
  func checkSplit(of collection: AudioCollection) throws(PreparationError) {
    guard let split else { return }
    do {
      if let source = published.first(where: { split.policy == .published($0.name) }) {
        _ = try Split.published(source, tracks: collection.manifest.tracks.map(\.id))
      } else {
        _ = try Split.make(split, tracks: collection.manifest.tracks)
      }
    } catch {
      throw .split(error)
    }
  }

  func forecast(of plan: PreparationPlan, measures: Bool) -> PreparationForecast? {
    ForecastMaking(recipe: recipe, roots: roots, cachePath: cachePath, threads: threads)
      .forecast(of: plan, measures: measures)
  }

  /// Refuses what the disk cannot hold before it is computed.
  func checkSpace(_ forecast: PreparationForecast?) throws(PreparationError) {
    guard let forecast, forecast.isTooLarge else { return }
    throw .noSpace(forecast, cache: cachePath)
  }

  func readCollection() throws(PreparationError) -> AudioCollection {
    let collection = try AudioCollection.read(
      roots: roots, manifest: manifest, recipe: recipe, exclusions: exclusions,
      overlay: overlay)
    try checkSplit(of: collection)
    return collection
  }

  /// The plan of the cache, where it is divided and not one shard of it is asked for.
  func dividedPlan() throws(PreparationError) -> ShardPlan? {
    if shard != nil { return nil }
    let plan = try onCache { () throws(CacheError) in try ShardPlan.read(at: cachePath) }
    return plan.flatMap { $0.shards > 1 ? $0 : nil }
  }
}
