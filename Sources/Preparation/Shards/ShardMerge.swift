public import Corpus
public import DatasetCache
internal import Foundation

/// Makes one cache of the shards that were prepared, without rewriting them: what sounds the same
/// across all of them, the splits, the index that loaders open by, the audit and the card. What it
/// takes grows with the number of tracks, not with the bytes of their values.
public struct ShardMerge: Sendable {
  /// The cache.
  public var cachePath: String
  /// A split to make besides the one that the preparation was asked for.
  public var split: SplitPlan?
  /// Where the store of the whole is written before it is brought to the cache's own folder.
  public var scratch = WritingLocation.automatic

  /// A merge of the cache at a path.
  public init(cachePath: String) { self.cachePath = cachePath }

  /// What a merge came to.
  public struct Summary: Sendable, Codable {
    /// Shards.
    public var shards: Int
    /// Tracks.
    public var tracks: Int
    /// Tracks of each label.
    public var labels: [String: Int]
    /// Slices of each view.
    public var slices: [View: Int]
    /// Bytes in use in all stores.
    public var bytes: Int
    /// Files in quarantine, in order of their paths.
    public var quarantine: [QuarantineRecord]
    /// Tracks that are left out.
    public var dropped: Int
    /// Pairs of tracks that sound the same, in whichever shards they lie.
    public var duplicates: Int
    /// Splits.
    public var splits: [String]
    /// What leaks between the sides of each split.
    public var audits: [String: SplitAudit.Summary]
    /// Why splits hold no track, a line each.
    public var emptySplits: [String]
    /// Seconds from begin to end.
    public var seconds: Double
    /// The largest resident memory of the process, in bytes.
    public var peakBytes: Int
  }

  /// The numbers of the shards that are to be prepared, again or for the first time, before they can be merged.
  ///
  /// - Throws: ``PreparationError`` where there is no divided cache, or a shard cannot be read.
  public func missing() throws(PreparationError) -> [Int] {
    try onCache { () throws(CacheError) -> [Int] in
      try ShardCensus(at: cachePath, try plan()).unusable(at: cachePath)
    }
  }

  /// Does it. What was made of the same shards before stays as it is.
  ///
  /// - Throws: ``PreparationError``: `.cache` with `.unmerged` where shards are missing, or were
  ///   changed since they were done; where the cache cannot be written.
  public func run() throws(PreparationError) -> Summary {
    let meter = RunMeter()
    let plan = try onCache { () throws(CacheError) -> ShardPlan in try self.plan() }
    let (state, card) = try settle(plan)
    return Summary(
      shards: plan.shards, tracks: state.census.tracks, labels: state.census.labels,
      slices: state.census.views.mapValues(\.slices), bytes: state.census.bytes,
      quarantine: state.records.quarantined, dropped: state.records.dropped.count,
      duplicates: state.neighbours.pairs.count, splits: state.splitNames,
      audits: card.audits ?? [:], emptySplits: state.misfits, seconds: meter.wallSeconds,
      peakBytes: ProcessUsage.now().peakBytes)
  }

  /// Makes the whole of the shards of a plan.
  func settle(_ plan: ShardPlan) throws(PreparationError) -> (state: SettledCache, card: Card) {
    let writing = try open(plan)
    let cache = writing.cache
    let pending = try takeDescription(cache)
    let records = try onCache { () throws(CacheError) in try cache.soundRecords() }
    if let problem = records.damaged.first {
      throw .cache(
        failure(.damaged, "\(problem)", "run lathe repair \(cachePath) AUDIO_DIR"))
    }
    let misfits = try cache.settleSplits(
      adding: split ?? pending?.plan,
      groupsNeighbours: split == nil && pending?.groupsNeighbours ?? false,
      published: try cache.choices()?.manifest?.publishedSides ?? [], tracks: records.tracks)
    if !cache.isDivided {
      try onCache { () throws(CacheError) in
        guard var choices = StoredChoices(try cache.description()) else { return }
        choices.pendingSplit = nil
        try cache.putChoices(json: try canonicalJSON(choices))
      }
    }
    let state = try SettledCache(of: cache, records: records, misfits: misfits)
    let card = try onCache { () throws(CacheError) in
      let card = try cache.card(of: state, after: nil)
      try cache.writeCard(card)
      // From now on the whole counts as that of these shards.
      if cache.isDivided { try cache.keepShardMarks() }
      try writing.finish()
      return card
    }
    return (state, card)
  }

  private func plan() throws(CacheError) -> ShardPlan {
    if let plan = try ShardPlan.read(at: cachePath) { return plan }
    throw failure(
      .unknownName, "it has no plan.json, so it is not divided into shards",
      "prepare it with lathe prepare AUDIO_DIR --cache \(cachePath) --shard 0/N")
  }

  /// Opens the cache, whose shards must all be done as they are now.
  private func open(_ plan: ShardPlan) throws(PreparationError) -> WritableCache {
    try onCache { () throws(CacheError) -> WritableCache in
      let census = try ShardCensus(at: cachePath, plan)
      guard census.missing.isEmpty else {
        throw failure(
          .unmerged,
          "\(census.done.count) of its \(counted(plan.shards, "shard", "shards")) are done; missing: "
            + "\(ArrayExpression(census.missing))",
          "prepare these, each with --shard I/\(plan.shards)")
      }
      guard plan.shards > 1 else { return try WritableCache(at: cachePath, in: scratch) }
      let writing = try WritableCache(merging: cachePath, plan, in: scratch)
      let marks = try writing.cache.shardMarks()
      let changed = census.done.filter { $0.value.mark != marks[$0.key] }.keys.sorted()
      guard changed.isEmpty else {
        throw failure(
          .unmerged, "shards were changed after they were done: \(ArrayExpression(changed))",
          "prepare these again, each with --shard I/\(plan.shards), which computes only what is missing"
        )
      }
      return writing
    }
  }

  /// Says in the whole what its shards say that they are made from.
  ///
  /// - Returns: a split that the preparation was asked for and no merge has made yet.
  private func takeDescription(_ cache: Cache) throws(PreparationError) -> PendingSplit? {
    guard cache.isDivided else { return try cache.choices()?.pendingSplit }
    return try onCache { () throws(CacheError) in
      let (stated, whole) = try cache.descriptionOfShards()
      guard var stated else {
        throw failure(
          .unmerged, "its shards do not say what they are made from", "prepare them again")
      }
      let isNew = try cache.mergedChoices() != stated.choicesJSON
      var choices = StoredChoices(stated)
      let pending = choices?.pendingSplit
      choices?.pendingSplit = nil
      if let choices { stated.choicesJSON = try canonicalJSON(choices) }
      try cache.describe(stated, wholeManifest: whole)
      return isNew ? pending : nil
    }
  }

  private func failure(_ kind: CacheError.Kind, _ detail: String, _ hint: String) -> CacheError {
    CacheError(kind: kind, operation: "merge", subject: cachePath, detail: detail, hint: hint)
  }
}
