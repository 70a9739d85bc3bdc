internal import Corpus
internal import DatasetCache

/// Brings all shards of a divided cache up to a collection, one after the other in this process, and merges them.
struct DividedPreparation {
  let preparation: Preparation
  let plan: ShardPlan
  /// The whole of the collection.
  let found: FoundCollection

  /// What is prepared in each shard.
  private var parts: [(preparation: Preparation, found: FoundCollection)] {
    zip(plan.allShards, found.collection.divided(into: plan.shards)).map { shard, collection in
      var part = preparation
      part.shard = shard
      return (
        part,
        FoundCollection(collection: collection, isPartOfRun: true, warnings: found.warnings)
      )
    }
  }

  /// What has to be done in all shards; nothing is written.
  ///
  /// - Parameter detail: how much is said of the tracks.
  func overview(
    _ detail: PreparationPlan.Detail
  ) throws(PreparationError) -> PreparationPlan.Overview {
    try overview(of: parts, detail)
  }

  private func overview(
    of parts: [(preparation: Preparation, found: FoundCollection)],
    _ detail: PreparationPlan.Detail
  ) throws(PreparationError) -> PreparationPlan.Overview {
    try preparation.checkExclusions(
      found.collection, before: StoredChoices(json: plan.choices))
    var plans: [PreparationPlan] = []
    var matches: [[Int: ContentMatching.Match]] = []
    var changes: [TrackChange] = []
    for part in parts {
      var (plan, matched, explained) = try part.preparation.planned(part.found, detail)
      // Nothing is gone that they could be compared with.
      if detail == .reasons, plan.lostSizes.isEmpty { plan.tasks = [] }
      plans.append(plan)
      matches.append(matched)
      changes += explained
    }
    let fingerprints = try preparation.recipe.fingerprints()
    try preparation.checkCollection(plans) {
      let renamed = zip(plans, matches).reduce(0) {
        $0 + Preparation.sources(of: $1.1, $1.0.removed)
      }
      return renamed + Relocations(plans, matches, preparation, fingerprints).count
    }
    if detail != .reasons {
      let relocations = Relocations(plans, matches, preparation, fingerprints)
      changes = relocations.explain(changes, plans)
    }
    var all = PreparationPlan.Overview(summing: plans)
    all.take(changes.sorted { ByteOrder.precedes($0.path, $1.path) }, detail)
    return all
  }

  /// Does it.
  func run(
    progress: any ProgressSink, cancellation: Cancellation,
    mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) -> PreparationSummary {
    let meter = RunMeter()
    try preparation.recipe.checkPrograms(mayStart)
    let parts = parts
    let sink = ShardProgress(progress, meter: meter, overview: try overview(of: parts, .reasons))
    let manifest = try onCache { () throws(CacheError) in
      try ManifestReference(found.collection.manifest)
    }
    let wanted = try preparation.shardPlan(of: manifest, shards: plan.shards)
    if wanted != plan {
      try onCache { () throws(CacheError) in try wanted.replace(at: preparation.cachePath) }
    }
    var summary: PreparationSummary?
    for (part, found) in parts where summary == nil || !cancellation.isCancelled {
      var planned = found
      planned.plan = wanted
      let ended = try part.run(
        on: planned, progress: sink, cancellation: cancellation, mayStart: mayStart)
      sink.endShard()
      summary = summary?.adding(ended) ?? ended
    }
    // A plan has one shard at least.
    guard var summary else { throw .cache(noShard) }
    if !cancellation.isCancelled {
      var merge = ShardMerge(cachePath: preparation.cachePath)
      merge.scratch = preparation.scratch
      let (state, card) = try merge.settle(wanted)
      summary.settle(state, card)
    }
    summary.take(meter)
    return summary
  }

  private var noShard: CacheError {
    CacheError(
      kind: .unmerged, operation: "prepare", subject: preparation.cachePath,
      detail: "its plan.json has no shard", hint: "remove plan.json")
  }
}

/// The progress of several shards as that of one preparation.
private final class ShardProgress: ProgressSink {
  private let sink: any ProgressSink
  private let meter: RunMeter
  private let total: Int
  /// What the shards that have ended came to.
  private var ended = PreparationProgress(
    done: 0, total: 0, quarantined: 0, audioSeconds: 0, elapsed: 0)
  private var current = PreparationProgress(
    done: 0, total: 0, quarantined: 0, audioSeconds: 0, elapsed: 0)

  init(_ sink: any ProgressSink, meter: RunMeter, overview: PreparationPlan.Overview) {
    self.sink = sink
    self.meter = meter
    total = overview.pending
    sink.report(.began(overview))
  }

  func report(_ event: PreparationEvent) {
    switch event {
    case .began: break
    case .quarantined: sink.report(event)
    case .advanced(let progress):
      current = progress
      sink.report(
        .advanced(
          PreparationProgress(
            done: ended.done + progress.done, total: total,
            quarantined: ended.quarantined + progress.quarantined,
            audioSeconds: ended.audioSeconds + progress.audioSeconds, elapsed: meter.wallSeconds)))
    }
  }

  func endShard() {
    ended.done += current.done
    ended.quarantined += current.quarantined
    ended.audioSeconds += current.audioSeconds
    current = PreparationProgress(done: 0, total: 0, quarantined: 0, audioSeconds: 0, elapsed: 0)
  }
}

extension PreparationForecast {
  /// The forecast of several shards as one; nil of none.
  init?(summing parts: [PreparationForecast]) {
    guard var all = parts.first else { return nil }
    for part in parts.dropFirst() {
      all.tracks += part.tracks
      all.audioSeconds += part.audioSeconds
      all.slices.merge(part.slices, uniquingKeysWith: +)
      all.bytes += part.bytes
      all.freeBytes = min(all.freeBytes, part.freeBytes)
      // One shard is computed after the other.
      all.memoryBytes = [all.memoryBytes, part.memoryBytes].compactMap(\.self).max()
      if let seconds = all.seconds, let more = part.seconds { all.seconds = seconds + more }
    }
    self = all
  }
}

extension PreparationSummary {
  /// The summary of two shards as one.
  func adding(_ other: PreparationSummary) -> PreparationSummary {
    var all = self
    all.prepared += other.prepared
    all.takenOver += other.takenOver
    all.unchanged += other.unchanged
    all.removed += other.removed
    all.absent += other.absent
    all.unlisted += other.unlisted
    all.passedOver = (passedOver + other.passedOver).sorted(by: ByteOrder.precedes)
    all.changed += other.changed
    all.tracks += other.tracks
    all.labels = max(labels, other.labels)
    all.slices.merge(other.slices, uniquingKeysWith: +)
    all.bytes.merge(other.bytes, uniquingKeysWith: +)
    all.overflows.merge(other.overflows) { first, second in
      ViewOverflow(
        tracks: first.tracks + second.tracks, numbers: first.numbers + second.numbers)
    }
    all.quarantine += other.quarantine
    all.dropped += other.dropped
    all.audioSeconds += other.audioSeconds
    if retried != nil || other.retried != nil {
      all.retried = (retried ?? []) + (other.retried ?? [])
    }
    all.wasCancelled = wasCancelled || other.wasCancelled
    return all
  }

  /// Takes what all of it has taken.
  mutating func take(_ meter: RunMeter) {
    wallSeconds = meter.wallSeconds
    cpuSeconds = meter.cpuSeconds
    peakBytes = ProcessUsage.now().peakBytes
  }

  /// Takes what the merge of all shards came to.
  mutating func settle(_ state: SettledCache, _ card: Card) {
    tracks = state.census.tracks
    labels = state.census.labels.count
    slices = state.census.views.mapValues(\.slices)
    bytes = state.census.views.mapValues(\.bytes)
    quarantine = state.records.quarantined
    duplicates = state.neighbours.pairs.count
    dropped = state.records.dropped
    faults = card.faults ?? [:]
    splits = state.splitNames
    audits = card.audits ?? [:]
    absentLabels = state.absentLabels
    emptySplits = state.misfits
  }
}
