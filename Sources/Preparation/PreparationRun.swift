internal import AudioIO
internal import Corpus
internal import DatasetCache

/// What a run has taken so far.
struct RunMeter {
  let start = ContinuousClock().now
  private let cpuBefore = ProcessUsage.now().cpuSeconds

  var wallSeconds: Double { start.duration(to: ContinuousClock().now) / .seconds(1) }
  var cpuSeconds: Double { ProcessUsage.now().cpuSeconds - cpuBefore }
}

/// The work on a plan, whoever made it, and what is said of it.
struct PreparationRun {
  /// Bytes of finished values that are written in one transaction: enough for the disk's speed, few
  /// enough to hold twice in memory.
  static let batchBytes = 24 << 20
  private static let batchSeconds = 2.0

  let cache: Cache
  let roots: AudioRoots
  let recipe: Recipe
  let fingerprints: [View: Fingerprint]
  let threads: Int
  let progress: any ProgressSink
  let cancellation: Cancellation
  let meter: RunMeter

  /// Does what the plan says.
  ///
  /// - Parameters:
  ///   - plan: what to do.
  ///   - contents: what the cache held when the plan was made.
  ///   - rejected: files and folders that cannot become tracks.
  func work(
    on plan: PreparationPlan, of contents: CacheContents, rejected: [QuarantineRecord]
  ) throws(PreparationError) -> PreparationWriter {
    var writer = PreparationWriter(
      cache: cache, total: plan.tasks.count, start: meter.start, progress: progress,
      batchBytes: Self.batchBytes, batchSeconds: Self.batchSeconds)
    for record in rejected { writer.quarantine(record, stamp: nil) }
    for entry in plan.unused.quarantined { writer.quarantine(entry.record, stamp: entry.stamp) }
    for entry in plan.unused.dropped { writer.drop(entry.record, stamp: entry.stamp) }
    let tasks = try takeOver(plan, of: contents, &writer)
    let threads = min(max(1, threads), tasks.count)
    let workers = PreparationWorkers(
      tasks: tasks, takesMD5: plan.takesMD5, roots: roots, recipe: recipe,
      fingerprints: fingerprints, threads: threads,
      cancellation: cancellation)
    try writer.drain(workers)
    return writer
  }

  /// What was done, in numbers.
  ///
  /// - Parameter card: nil for a shard, which has none.
  func summary(
    plan: PreparationPlan, collection: AudioCollection, writer: PreparationWriter,
    state: SettledCache,
    card: Card?
  ) -> PreparationSummary {
    let published = Dictionary(
      collection.manifest.tracks.map { (Array($0.id.utf8), $0.md5) },
      uniquingKeysWith: { first, _ in first })
    // Of all tracks, also those that were prepared earlier: a wrong file stays wrong.
    let changed = state.records.tracks.filter { record in
      (published[Array(record.id.utf8)] ?? nil).map { $0 != record.md5 } ?? false
    }
    return PreparationSummary(
      tracks: state.census.tracks, labels: state.census.labels.count, prepared: writer.prepared,
      takenOver: writer.takenOver, unchanged: plan.overview.unchanged + writer.confirmed,
      removed: cancellation.isCancelled ? 0 : plan.removed.count,
      absent: collection.absent.count, unlisted: collection.unlisted.count,
      passedOver: collection.others,
      changed: changed.map(\.id), slices: state.census.views.mapValues(\.slices),
      bytes: state.census.views.mapValues(\.bytes),
      overflows: writer.overflows, quarantine: state.records.quarantined,
      duplicates: state.neighbours.pairs.count, dropped: state.records.dropped,
      faults: card?.faults ?? (card == nil ? state.records.effects(of: recipe) : [:]),
      splits: state.splitNames, audits: card?.audits ?? [:],
      absentLabels: state.absentLabels,
      usualFormat: UsualSource(state.records.tracks, recipe).lines,
      emptySplits: state.misfits, audioSeconds: writer.done.audioSeconds,
      wallSeconds: meter.wallSeconds, cpuSeconds: meter.cpuSeconds,
      peakBytes: ProcessUsage.now().peakBytes, wasCancelled: cancellation.isCancelled)
  }
}

extension ManifestReference {
  /// The reference to a manifest, or to the whole that it is a part of.
  init(_ manifest: Manifest, _ whole: ManifestReference? = nil) throws(CacheError) {
    if let whole {
      self = whole
      return
    }
    self.init(
      name: manifest.name, sha256: try Fingerprint(hashing: manifest.canonicalJSON()).hex,
      tracks: manifest.tracks.count)
  }
}

/// Canonical JSON, its one error as the cache's.
func canonicalJSON(_ value: some Encodable) throws(CacheError) -> [UInt8] {
  do {
    return try CanonicalJSON.encode(value)
  } catch {
    throw CacheError(
      kind: .invalidRecord, operation: "encode", subject: "\(type(of: value))", detail: "\(error)")
  }
}
