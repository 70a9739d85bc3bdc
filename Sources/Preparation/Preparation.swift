public import Corpus
internal import DatasetCache
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
  /// What is known of the dataset; without it the folders are the labels.
  public var manifest: Manifest?
  /// What to prepare.
  public var recipe = Recipe.gtzan
  /// Worker threads, 1 or more.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// The split to make, if any; splits that the cache has are renewed when its tracks change.
  public var split: SplitPlan?
  /// Whether a stratified ``split`` becomes a grouped one where tracks are found to sound the same: for a
  /// split whose policy nobody has chosen.
  public var groupsNeighbours = false
  /// Whether only the files in quarantine are tried again: no other file is looked at, new ones are left
  /// alone, and the recipe must be the cache's own.
  public var onlyQuarantined = false

  /// Bytes of finished values that are written in one transaction: enough for the disk's speed, few
  /// enough to hold twice in memory.
  private static let batchBytes = 24 << 20
  private static let batchSeconds = 2.0

  /// A preparation with the defaults.
  public init(folder: String, cachePath: String) {
    self.folder = folder
    self.cachePath = cachePath
  }

  /// Does it.
  ///
  /// - Parameters:
  ///   - progress: gets events on the calling thread.
  ///   - cancellation: ends the run after the tracks at work; what was done is kept.
  /// - Returns: what was done; quarantined tracks are named in it, not thrown.
  /// - Throws: ``PreparationError`` where nothing can be prepared, or the cache cannot be written.
  public func run(
    progress: any ProgressSink, cancellation: Cancellation = Cancellation()
  ) throws(PreparationError) -> PreparationSummary {
    let clock = ContinuousClock()
    let start = clock.now
    let cpuBefore = ProcessUsage.now().cpuSeconds
    try check()
    let fingerprints = try self.fingerprints()
    var collection = try self.collection()
    try checkSplit(of: collection)
    let cache = try onCache { () throws(CacheError) in
      try Cache.open(at: cachePath, for: onlyQuarantined ? .writing : .creating)
    }
    if manifest == nil {
      let facts = try onCache { () throws(CacheError) in try cache.facts() }
      collection = try onManifest { () throws(ManifestError) in
        try collection.keepingFacts(facts).applying(recipe.faults)
      }
    }
    let before = try onCache { () throws(CacheError) in try cache.quarantined() }
    let plan =
      try onlyQuarantined
      ? PreparationPlan(retrying: before, of: collection, folder: folder, recipe: recipe, cache)
      : PreparationPlan(
        collection: collection, folder: folder, recipe: recipe, fingerprints: fingerprints,
        cache: cache)
    progress.report(.began(plan.overview))
    var writer = PreparationWriter(
      cache: cache, total: plan.tasks.count, start: start, progress: progress,
      batchBytes: Self.batchBytes, batchSeconds: Self.batchSeconds)
    if !onlyQuarantined {
      try begin(cache, collection: collection, fingerprints: fingerprints)
      for record in collection.rejected { writer.quarantine(record, stamp: nil) }
      for entry in plan.unused.quarantined { writer.quarantine(entry.record, stamp: entry.stamp) }
      for entry in plan.unused.dropped { writer.drop(entry.record, stamp: entry.stamp) }
    }
    let threads = min(max(1, self.threads), plan.tasks.count)
    let workers = PreparationWorkers(
      plan: plan, folder: folder, recipe: recipe, fingerprints: fingerprints, threads: threads,
      cancellation: cancellation)
    try writer.drain(workers, threads: threads)
    var misfits: [String] = []
    if onlyQuarantined {
      misfits = try finishRetry(cache)
    } else {
      if !cancellation.isCancelled {
        misfits = try finish(
          cache, plan: plan, collection: collection, writer: writer, fingerprints: fingerprints)
      }
      try cache.writeCard(recipe: recipe, manifest: collection.manifest)
    }
    var summary = try summary(
      cache, plan: plan, collection: collection, writer: writer, misfits: misfits,
      wallSeconds: start.duration(to: clock.now) / .seconds(1),
      cpuSeconds: ProcessUsage.now().cpuSeconds - cpuBefore,
      wasCancelled: cancellation.isCancelled)
    if onlyQuarantined { summary.retried = try retried(before, of: collection, cache) }
    return summary
  }

  private func check() throws(PreparationError) {
    do { try recipe.check() } catch { throw .recipe(error) }
  }

  /// The splits that came with the dataset.
  var published: [NamedSides] { manifest?.publishedSides ?? [] }

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

  private func fingerprints() throws(PreparationError) -> [View: Fingerprint] {
    var result: [View: Fingerprint] = [:]
    do {
      for (view, ingredients) in try recipe.ingredients() {
        result[view] = try onCache { () throws(CacheError) in
          try Fingerprint(hashing: JSONValue.object(ingredients).canonicalBytes())
        }
      }
    } catch let error as RecipeError {
      throw .recipe(error)
    } catch let error as PreparationError {
      throw error
    } catch {
      throw .recipe(RecipeError(subject: "the recipe", detail: "\(error)", hint: "check it"))
    }
    return result
  }

  private func collection() throws(PreparationError) -> Collection {
    let collection: Collection
    let manifest = try onManifest { () throws(ManifestError) in
      try self.manifest?.applying(recipe.faults)
    }
    do {
      let name = URL(fileURLWithPath: folder).lastPathComponent
      collection = try Collection.read(folder: folder, manifest: manifest, name: name)
        .dropping(recipe.faults)
    } catch {
      throw .audio(error)
    }
    guard !collection.manifest.tracks.isEmpty || !collection.dropped.isEmpty else {
      throw .nothingToPrepare(
        folder: folder, unusable: collection.rejected, absent: collection.absent.count)
    }
    return collection
  }
}
