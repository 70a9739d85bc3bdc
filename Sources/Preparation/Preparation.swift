public import AudioIO
public import Corpus
public import DatasetCache
internal import Foundation
internal import SignalKit

/// Brings a cache up to date with a folder of audio: decodes every track once, computes what is
/// missing, stores it, and names what could not be used.
///
/// Safe to interrupt at any moment and to run again: a track is either all there or not there.
public struct Preparation: Sendable {
  /// Where the audio lies, one folder a label.
  public var roots: AudioRoots
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
  /// What people have corrected; it is laid over the folders or the manifest.
  public var overlay = CollectionOverlay()
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

  /// Where the cache is written before it is brought to its own folder.
  public var scratch = WritingLocation.automatic

  /// A preparation with the defaults.
  public init(_ roots: AudioRoots, cachePath: String) {
    self.roots = roots
    self.cachePath = cachePath
  }

  /// One of a single folder or archive, with the defaults.
  public init(folder: String, cachePath: String) {
    self.init(AudioRoots(folder), cachePath: cachePath)
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
    if let shard {
      let isNew = try onCache { () throws(CacheError) in
        try !Cache.exists(at: cachePath, shard: shard)
      }
      // Before a plan is pinned.
      if isNew { try recipe.checkPrograms(mayStart) }
    }
    let found = try find(pins: true, cancellation: cancellation)
    if let plan = try dividedPlan() {
      return try DividedPreparation(preparation: self, plan: plan, found: found).run(
        progress: progress, cancellation: cancellation, mayStart: mayStart)
    }
    return try run(
      on: found, progress: progress, cancellation: cancellation, mayStart: mayStart)
  }

  /// Brings the one store of a cache, or a shard, up to a collection, in its place or in a scratch folder.
  func run(
    on found: FoundCollection, progress: any ProgressSink, cancellation: Cancellation,
    mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    guard let scratch = try scratchStore() else {
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

  /// Brings the one store of a cache, or a shard, up to a collection.
  private func write(
    _ found: FoundCollection, progress: any ProgressSink, cancellation: Cancellation,
    mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    let meter = RunMeter()
    let fingerprints = try recipe.fingerprints()
    let isNew = try onCache { () throws(CacheError) in
      try !Cache.exists(at: cachePath, shard: shard)
    }
    // Before anything is written where there was nothing.
    if isNew { try recipe.checkPrograms(mayStart) }
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
    try begin(cache, found.plan?.manifest, collection, fingerprints)
    let run = PreparationRun(
      cache: cache, roots: roots, recipe: recipe, fingerprints: fingerprints, threads: threads,
      progress: progress, cancellation: cancellation, meter: meter)
    let writer = try run.work(on: plan, of: contents, rejected: collection.rejected)
    var misfits: [String] = []
    var records: SoundRecords
    if cancellation.isCancelled {
      records = try onCache { () throws(CacheError) in try cache.soundRecords() }
    } else {
      records = try clear(cache, plan: plan, writer: writer, fingerprints: fingerprints)
      if let shard, let pinned = found.plan {
        let state = try SettledCache(ofShard: cache, records: records)
        try pinned.end(shard, of: cache, state, run.meter)
        return run.summary(
          plan: plan, collection: collection, writer: writer, state: state, card: nil)
      }
      misfits = try cache.settleSplits(
        adding: split, groupsNeighbours: groupsNeighbours, published: published,
        tracks: records.tracks)
      try endChoices(cache)
    }
    if shard != nil {
      return run.summary(
        plan: plan, collection: collection, writer: writer,
        state: try SettledCache(ofShard: cache, records: records), card: nil)
    }
    let state = try SettledCache(of: cache, records: records, misfits: misfits)
    let card = try cache.writeCard(
      of: state, recipe: recipe, manifest: collection.manifest,
      endsChange: !cancellation.isCancelled)
    return run.summary(plan: plan, collection: collection, writer: writer, state: state, card: card)
  }
}
extension Preparation {
  /// Says in the cache what it is going to hold, and what was chosen for it.
  ///
  /// - Parameter whole: the manifest of all shards, where this is one of them.
  private func begin(
    _ cache: Cache, _ whole: ManifestReference?, _ collection: AudioCollection,
    _ fingerprints: [View: Fingerprint]
  ) throws(PreparationError) {
    try onCache { () throws(CacheError) in
      let own = try ManifestReference(collection.manifest, whole)
      try cache.describe(
        CacheDescription(
          recipeJSON: try canonicalJSON(recipe), fingerprints: fingerprints,
          manifest: own, columns: recipe.columns,
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
      exclusions: exclusions.sorted(by: ByteOrder.precedes), overlay: overlay)
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
