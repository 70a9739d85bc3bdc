public import Corpus
public import DatasetCache
internal import Foundation
internal import SignalKit

/// Brings a cache up to date with a folder of audio: decodes every track once, computes what is
/// missing, stores it, and names what could not be used.
///
/// Safe to interrupt at any moment and to run again: a track is either all there or not there.
public struct Preparation: Sendable {
  /// The folder of audio, one folder a label.
  public var folder: String
  /// The cache, made where there is none.
  public var cachePath: String
  /// The one shard to prepare, whatever becomes of the others; nil for the whole cache. What is common to all
  /// shards, such as splits, is made by a ``ShardMerge``.
  public var shard: Shard?
  /// What is known of the dataset; without it the folders are the labels.
  public var manifest: Manifest?
  /// Whether groups, artists, titles and faults that the cache knows from an earlier manifest stay where
  /// no ``manifest`` is given.
  public var keepsKnownFacts = true
  /// Ids of tracks to leave out.
  public var exclusions: [String] = []
  /// What to prepare.
  public var recipe = Recipe.gtzan
  /// Worker threads, 1 or more.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// The split to make, if any; splits that the cache has are renewed when its tracks change.
  public var split: SplitPlan?
  /// Whether a stratified ``split`` becomes a grouped one where tracks are found to sound the same: for a
  /// split whose policy nobody has chosen.
  public var groupsNeighbours = false
  /// Whether every file is compared with what was read of it, also those whose size and time are the same.
  public var checksContent = false

  /// Where the cache is written before it is brought to its place.
  public var scratch = Scratch.automatic

  /// Where a cache is written before it is brought to its place.
  public enum Scratch: Sendable, Hashable {
    /// In a folder for temporary files, where the cache lies on a file system that other machines have too;
    /// elsewhere in its place.
    case automatic
    /// In a new folder in this one.
    case folder(String)
    /// In its place, wherever that is.
    case inPlace
  }

  /// A preparation with the defaults.
  public init(folder: String, cachePath: String) {
    self.folder = folder
    self.cachePath = cachePath
  }

  /// Does it.
  ///
  /// - Parameters:
  ///   - progress: gets events on the calling thread.
  ///   - cancellation: ends the run after the tracks at work; what was done is kept. A track that a program is at
  ///     work on is left undone.
  ///   - mayStart: whether a program may be started, whose command is given, for a recipe can come from somebody
  ///     else: nothing is started unless this says so.
  /// - Returns: what was done; quarantined tracks are named in it, not thrown.
  /// - Throws: ``PreparationError`` where nothing can be prepared, or the cache cannot be written.
  @discardableResult
  public func run(
    progress: any ProgressSink, cancellation: Cancellation = Cancellation(),
    mayStart: (_ command: String) -> Bool = { _ in false }
  ) throws(PreparationError) -> PreparationSummary {
    let found = try readCollection()
    if let plan = try dividedPlan() {
      return try DividedPreparation(preparation: self, plan: plan, collection: found).run(
        progress: progress, cancellation: cancellation, mayStart: mayStart)
    }
    return try run(
      on: found, progress: progress, cancellation: cancellation, mayStart: mayStart)
  }

  /// The plan of the cache, where it is divided and not one shard of it is asked for.
  private func dividedPlan() throws(PreparationError) -> ShardPlan? {
    if shard != nil { return nil }
    let plan = try onCache { () throws(CacheError) in try ShardPlan.read(at: cachePath) }
    return plan.flatMap { $0.shards > 1 ? $0 : nil }
  }

  /// Brings the one store of a cache, or a shard, up to a collection, in its place or in a scratch folder.
  func run(
    on found: Collection, progress: any ProgressSink, cancellation: Cancellation,
    mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    guard let scratch = try scratchStore(for: found) else {
      return try write(
        found, progress: progress, cancellation: cancellation, mayStart: mayStart)
    }
    var local = self
    local.cachePath = scratch.path
    let summary = try local.write(
      found, progress: progress, cancellation: cancellation, mayStart: mayStart)
    try onCache { () throws(CacheError) in try scratch.bringBack() }
    return summary
  }

  /// The scratch folder that is to be used; nil where the store is written in its place.
  private func scratchStore(for found: Collection) throws(PreparationError) -> ScratchStore? {
    let folder: String?
    switch scratch {
    case .inPlace: return nil
    case .folder(let path): folder = path
    case .automatic:
      if ScratchStore.sharedFileSystem(of: cachePath) == nil { return nil }
      folder = nil
    }
    // All machines see the plan.
    _ = try pinnedPlan(of: found, try recipe.fingerprints())
    return try onCache { () throws(CacheError) in
      try ScratchStore(of: cachePath, shard: shard, in: folder)
    }
  }

  /// Brings the one store of a cache, or a shard, up to a collection.
  private func write(
    _ found: Collection, progress: any ProgressSink, cancellation: Cancellation,
    mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    let meter = RunMeter()
    let fingerprints = try recipe.fingerprints()
    let isNew = try onCache { () throws(CacheError) in
      try !Cache.exists(at: cachePath, shard: shard)
    }
    // Before anything is written where there was nothing.
    if isNew { try recipe.checkPrograms(mayStart) }
    let pinned = try pinnedPlan(of: found, fingerprints)
    let cache = try onCache { () throws(CacheError) in
      try Cache.open(at: cachePath, for: .creating, shard: shard)
    }
    let contents = try CacheContents(cache)
    var (plan, collection) = try self.plan(found, contents, fingerprints)
    plan.overview.forecast = forecast(of: plan, measures: false)
    try checkSpace(plan.overview.forecast)
    if !isNew { try recipe.checkPrograms(of: plan.views, mayStart) }
    try onCache { () throws(CacheError) in
      if !contents.records.damaged.isEmpty { try cache.repair(contents.records.damaged) }
    }
    progress.report(.began(plan.overview))
    if let shard, plan.changesTracks { try reopen(shard) }
    try begin(cache, collection: collection, fingerprints: fingerprints)
    let run = PreparationRun(
      cache: cache, folder: folder, recipe: recipe, fingerprints: fingerprints, threads: threads,
      progress: progress, cancellation: cancellation, meter: meter)
    let part = shard.map(collection.part) ?? collection
    let writer = try run.work(on: plan, rejected: part.rejected)
    var misfits: [String] = []
    var records: SoundRecords
    if cancellation.isCancelled {
      records = try onCache { () throws(CacheError) in try cache.soundRecords() }
    } else {
      records = try clear(cache, plan: plan, writer: writer, fingerprints: fingerprints)
      if let shard, let pinned {
        let state = try SettledCache(ofShard: cache, records: records)
        try pinned.end(shard, of: cache, state, run.meter)
        return run.summary(
          plan: plan, collection: part, writer: writer, state: state, card: nil)
      }
      misfits = try cache.settleSplits(
        adding: split, groupsNeighbours: groupsNeighbours, published: published,
        tracks: records.tracks)
      try endChoices(cache)
    }
    if shard != nil {
      return run.summary(
        plan: plan, collection: part, writer: writer,
        state: try SettledCache(ofShard: cache, records: records), card: nil)
    }
    let state = try SettledCache(of: cache, records: records, misfits: misfits)
    let card = try cache.writeCard(
      of: state, recipe: recipe, manifest: collection.manifest,
      endsChange: !cancellation.isCancelled)
    return run.summary(plan: plan, collection: collection, writer: writer, state: state, card: card)
  }

  /// What ``run(progress:cancellation:)`` would do. Nothing is written; a few files are decoded to see how long it
  /// will take.
  ///
  /// - Throws: ``PreparationError`` where nothing can be prepared.
  public func overview() throws(PreparationError) -> PreparationPlan.Overview {
    let found = try readCollection()
    if let plan = try dividedPlan() {
      return try DividedPreparation(preparation: self, plan: plan, collection: found).overview()
    }
    return try overview(of: found)
  }

  /// What has to be done for a collection in the one store of a cache, or in a shard.
  func overview(of found: Collection) throws(PreparationError) -> PreparationPlan.Overview {
    var plan = try plan(found, try presentContents(), try recipe.fingerprints()).plan
    plan.overview.forecast = forecast(of: plan, measures: true)
    return plan.overview
  }

  /// What is in the cache now; nothing where there is none.
  private func presentContents() throws(PreparationError) -> CacheContents {
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

  private func plan(
    _ found: Collection, _ contents: CacheContents, _ fingerprints: [View: Fingerprint]
  ) throws(PreparationError) -> (plan: PreparationPlan, collection: Collection) {
    var collection = found
    if manifest == nil {
      let facts = keepsKnownFacts ? contents.facts : []
      collection = try onManifest { () throws(ManifestError) in
        try collection.keepingFacts(facts).applying(recipe.faults)
      }
    }
    try checkExclusions(collection, contents)
    var plan = try PlanMaking.plan(
      for: shard.map(collection.part) ?? collection, folder: folder, recipe: recipe,
      fingerprints: fingerprints,
      contents: contents, cachePath: cachePath, checksContent: checksContent)
    if manifest == nil { plan.overview.warnings = Self.warnings(of: collection.manifest.tracks) }
    plan.overview.warnings += recipe.warnings
    return (plan, collection)
  }

  /// What looks wrong where the folders are the labels.
  private static func warnings(of tracks: [Track]) -> [String] {
    let labels = FolderLabels(of: tracks)
    guard labels.lookLikeArtists else { return [] }
    return [
      "the \(labels.labels) outermost folders become \(labels.labels) labels, half of them with "
        + "\(labels.medianTracks) tracks or fewer, as artists or albums would; if they are no classes, "
        + "write a table with the columns path,label and give it: lathe prepare … --labels TABLE.csv"
    ]
  }

  /// Refuses ids that neither the collection has nor an earlier run has excluded.
  private func checkExclusions(
    _ collection: Collection, _ contents: CacheContents
  ) throws(PreparationError) {
    let known = collection.ids
    let all = Set(
      (known + (StoredChoices(contents.description)?.exclusions ?? [])).map { Array($0.utf8) })
    let unknown = exclusions.filter { !all.contains(Array($0.utf8)) }
    if unknown.isEmpty { return }
    throw .unknownTracks(
      ids: unknown, near: unknown.prefix(1).flatMap { NearNames.near($0, in: known) })
  }

  /// The splits that came with the dataset.
  private var published: [NamedSides] { manifest?.publishedSides ?? [] }

  /// Refuses a split that the collection cannot have before the work, not after it.
  private func checkSplit(of collection: Collection) throws(PreparationError) {
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

  private func forecast(of plan: PreparationPlan, measures: Bool) -> PreparationForecast? {
    ForecastMaking(recipe: recipe, folder: folder, cachePath: cachePath, threads: threads)
      .forecast(of: plan, measures: measures)
  }

  /// Refuses what the disk cannot hold before it is computed.
  private func checkSpace(_ forecast: PreparationForecast?) throws(PreparationError) {
    guard let forecast, forecast.isTooLarge else { return }
    throw .noSpace(forecast, cache: cachePath)
  }

  private func readCollection() throws(PreparationError) -> Collection {
    let collection = try Collection.read(
      folder: folder, manifest: manifest, recipe: recipe, exclusions: exclusions)
    try checkSplit(of: collection)
    return collection
  }
}

extension Preparation {
  /// Says in the cache what it is going to hold, and what was chosen for it.
  private func begin(
    _ cache: Cache, collection: Collection, fingerprints: [View: Fingerprint]
  ) throws(PreparationError) {
    try onCache { () throws(CacheError) in
      try cache.describe(
        CacheDescription(
          recipeJSON: try canonicalJSON(recipe), fingerprints: fingerprints,
          manifest: try ManifestReference(collection.manifest), columns: recipe.columns,
          facts: recipe.facts,
          choicesJSON: try canonicalJSON(storedChoices(isEnded: false))),
        wholeManifest: manifest?.canonicalJSON())
    }
  }

  /// Says in the cache that the split which was asked for has been made.
  private func endChoices(_ cache: Cache) throws(PreparationError) {
    if split == nil { return }
    try onCache { () throws(CacheError) in
      try cache.putChoices(json: try canonicalJSON(storedChoices(isEnded: true)))
    }
  }

  func storedChoices(isEnded: Bool) -> StoredChoices {
    StoredChoices(
      hasManifest: manifest != nil,
      pendingSplit: isEnded
        ? nil : split.map { PendingSplit(plan: $0, groupsNeighbours: groupsNeighbours) },
      exclusions: exclusions.sorted(by: ByteOrder.precedes))
  }

  /// Takes out what belongs to no track, view or file any more.
  ///
  /// - Returns: the records that stay.
  private func clear(
    _ cache: Cache, plan: PreparationPlan, writer: PreparationWriter,
    fingerprints: [View: Fingerprint]
  ) throws(PreparationError) -> SoundRecords {
    try onCache { () throws(CacheError) in
      if !plan.removed.isEmpty { try cache.remove(tracks: plan.removed) }
      if try !cache.staleDatabases().isEmpty { try cache.dropStaleViews(keeping: fingerprints) }
      var records = try cache.soundRecords()
      let current = Set(writer.quarantine.map { Array($0.path.utf8) })
      let gone = records.quarantined.map(\.path).filter { !current.contains(Array($0.utf8)) }
      if !gone.isEmpty { try cache.removeFromQuarantine(paths: gone) }
      records.quarantined.removeAll { !current.contains(Array($0.path.utf8)) }
      let back = records.dropped.map(\.track.path).filter {
        !writer.dropped.contains(Array($0.utf8))
      }
      if !back.isEmpty { try cache.removeFromDropped(paths: back) }
      records.dropped.removeAll { !writer.dropped.contains(Array($0.track.path.utf8)) }
      return records
    }
  }
}
