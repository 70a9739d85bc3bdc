public import AudioIO
public import Corpus
public import DatasetCache
internal import Foundation

/// Tries only the files in quarantine again, with the cache's own recipe: no other file is looked
/// at, new ones are left alone.
public struct QuarantineRetry: Sendable {
  /// The folder of audio.
  public var roots: AudioRoots
  /// The cache.
  public var cachePath: String
  /// What is known of the dataset, in place of what the cache was prepared with.
  public var manifest: Manifest?
  /// Where the cache is written before it is brought to its own folder.
  public var scratch = WritingLocation.automatic
  /// Worker threads, 1 or more.
  public var threads = ProcessInfo.processInfo.activeProcessorCount

  /// A retry with the cache's own manifest.
  public init(_ roots: AudioRoots, cachePath: String) {
    self.roots = roots
    self.cachePath = cachePath
  }

  /// One of a single folder or archive, with the defaults.
  public init(folder: String, cachePath: String) {
    self.init(AudioRoots(folder), cachePath: cachePath)
  }

  /// Does it, then renews the splits and the card.
  ///
  /// - Parameters:
  ///   - progress: gets events on the calling thread.
  ///   - cancellation: ends the run after the tracks at work; what was done is kept.
  ///   - mayStart: whether a program may be started; see ``Preparation``.
  /// - Returns: what was done; ``PreparationSummary/retried`` says what became of each file.
  /// - Throws: ``PreparationError`` where the cache was never prepared or cannot be written.
  public func run(
    progress: any ProgressSink, cancellation: Cancellation = Cancellation(),
    mayStart: (_ command: String) -> Bool = { _ in false }
  ) throws(PreparationError) -> PreparationSummary {
    let plan = try onCache { () throws(CacheError) in try ShardPlan.read(at: cachePath) }
    if let plan, plan.shards > 1 {
      return try run(plan, progress: progress, cancellation: cancellation, mayStart: mayStart)
    }
    var listing = Listing()
    return try run(
      nil, of: nil, &listing, progress: progress, cancellation: cancellation, mayStart: mayStart)
  }

  /// The folder as it was listed for the first of several shards, by the shards.
  private struct Listing { var parts: [AudioCollection] = [] }

  /// Does it in all shards of a divided cache, one after the other, and merges them.
  private func run(
    _ plan: ShardPlan, progress: any ProgressSink, cancellation: Cancellation,
    mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    let meter = RunMeter()
    var listing = Listing()
    // A plan has one shard at least.
    var summary = try run(
      plan.allShards[0], of: plan, &listing, progress: progress, cancellation: cancellation,
      mayStart: mayStart)
    for shard in plan.allShards.dropFirst() where !cancellation.isCancelled {
      summary = summary.adding(
        try run(
          shard, of: plan, &listing, progress: progress, cancellation: cancellation,
          mayStart: mayStart))
    }
    if !cancellation.isCancelled {
      var merge = ShardMerge(cachePath: cachePath)
      merge.scratch = scratch
      let (state, card) = try merge.settle(plan)
      summary.settle(state, card)
    }
    summary.take(meter)
    return summary
  }

  /// Does it in the one store of a cache, or in a shard.
  private func run(
    _ shard: Shard?, of shards: ShardPlan?, _ listing: inout Listing, progress: any ProgressSink,
    cancellation: Cancellation, mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    let meter = RunMeter()
    let writing = try onCache { () throws(CacheError) in
      try WritableCache(at: cachePath, shard: shard, in: scratch)
    }
    let cache = writing.cache
    let contents = try CacheContents(cache)
    guard let choices = try cache.choices(), let fingerprints = contents.description?.fingerprints
    else {
      throw .cache(
        CacheError(
          kind: .unfinished, operation: "retry", subject: cachePath,
          detail: "it was never prepared",
          hint: "run lathe prepare without --retry-quarantined"))
    }
    let manifest = manifest ?? choices.manifest
    // All shards have the same choices.
    if listing.parts.isEmpty {
      listing.parts = try AudioCollection.read(
        roots: roots, manifest: manifest, recipe: choices.recipe,
        exclusions: choices.exclusions, overlay: choices.overlay
      ).divided(into: shard?.count ?? 1)
    }
    var collection = listing.parts[shard?.index ?? 0]
    if manifest == nil {
      collection = try onManifest { () throws(ManifestError) in
        try collection.keepingFacts(contents.facts).applying(choices.recipe.faults)
      }
    }
    let before = contents.records.quarantined
    let plan = PreparationPlan(
      retrying: before, of: collection, roots: roots, views: Set(fingerprints.keys))
    try choices.recipe.checkPrograms(of: plan.views, mayStart)
    progress.report(.began(plan.overview))
    let run = PreparationRun(
      cache: cache, roots: roots, recipe: choices.recipe, fingerprints: fingerprints,
      threads: threads, progress: progress, cancellation: cancellation, meter: meter)
    let writer = try run.work(on: plan, of: contents, rejected: [])
    let records = try onCache { () throws(CacheError) in try cache.soundRecords() }
    if let shard, let shards {
      let state = try SettledCache(ofShard: cache, records: records)
      if !cancellation.isCancelled { try shards.end(shard, of: cache, state, meter) }
      try onCache { () throws(CacheError) in try writing.finish() }
      var summary = run.summary(
        plan: plan, collection: collection, writer: writer, state: state, card: nil)
      summary.retried = Self.ends(of: before, collection, records)
      return summary
    }
    let misfits = try cache.settleSplits(
      adding: nil, groupsNeighbours: false, published: manifest?.publishedSides ?? [],
      tracks: records.tracks)
    let state = try SettledCache(of: cache, records: records, misfits: misfits)
    let card = try cache.renewCard(of: state)
    try onCache { () throws(CacheError) in try writing.finish() }
    var summary = run.summary(
      plan: plan, collection: collection, writer: writer, state: state, card: card)
    summary.retried = Self.ends(of: before, collection, records)
    return summary
  }

  /// What became of each file.
  private static func ends(
    of before: [QuarantineRecord], _ collection: AudioCollection, _ records: SoundRecords
  ) -> [RetriedFile] {
    let present = Set(
      (collection.manifest.tracks.map(\.path) + collection.rejected.map(\.path)
        + collection.dropped.map(\.track.path)).map { Array($0.utf8) })
    let stored = Set(records.tracks.map { Array($0.path.utf8) })
    let dropped = Dictionary(
      records.dropped.map { (Array($0.track.path.utf8), $0.message) },
      uniquingKeysWith: { first, _ in first })
    let left = Dictionary(
      records.quarantined.map { (Array($0.path.utf8), $0.message) },
      uniquingKeysWith: { first, _ in first })
    return before.map { record in
      let path = Array(record.path.utf8)
      if stored.contains(path) { return RetriedFile(path: record.path, outcome: .prepared) }
      if let message = dropped[path] {
        return RetriedFile(path: record.path, outcome: .dropped, message: message)
      }
      if !present.contains(path) { return RetriedFile(path: record.path, outcome: .gone) }
      return RetriedFile(path: record.path, outcome: .quarantined, message: left[path])
    }
  }
}

/// What became of a file that was in quarantine and was tried again.
public struct RetriedFile: Sendable, Hashable, Codable {
  /// The ends it may come to.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// It is a track of the cache now.
    case prepared
    /// It is still in quarantine.
    case quarantined
    /// A fault policy drops it.
    case dropped
    /// There is no such file any more; the next whole preparation takes it off the list.
    case gone
  }

  /// The file relative to the audio folder.
  public var path: String
  /// What became of it.
  public var outcome: Outcome
  /// Why, where it cannot be used.
  public var message: String?
}

extension PreparationPlan {
  /// What there is to do where only the files in quarantine are tried again.
  fileprivate init(
    retrying quarantine: [QuarantineRecord], of collection: AudioCollection, roots: AudioRoots,
    views: Set<View>
  ) {
    let tracksByPath = Dictionary(
      collection.manifest.tracks.map { (Array($0.path.utf8), $0) },
      uniquingKeysWith: { first, _ in first })
    let tasks = quarantine.compactMap { record -> Task? in
      guard let track = tracksByPath[Array(record.path.utf8)] else { return nil }
      return Task(
        track: track, cause: .again, views: views, kept: [:],
        stamp: roots.sourceStamp(of: track.path))
    }
    self.init(
      tasks: tasks,
      reasons: tasks.isEmpty ? [] : ["all views of \(counted(tasks.count)): in quarantine"],
      tracks: tasks.count)
  }
}
