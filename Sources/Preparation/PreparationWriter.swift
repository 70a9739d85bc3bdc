internal import Corpus
internal import DatasetCache
internal import Foundation
internal import Safetensors

/// The one writer: takes outcomes from the workers, stores finished tracks in batches and reports.
struct PreparationWriter {
  let cache: Cache
  let total: Int
  let start: ContinuousClock.Instant
  let progress: any ProgressSink
  let batchBytes: Int
  let batchSeconds: Double

  private(set) var done = PreparationProgress(
    done: 0, total: 0, quarantined: 0, audioSeconds: 0, elapsed: 0)
  private(set) var quarantine: [QuarantineRecord] = []
  private(set) var prepared = 0
  /// Tracks whose values were taken over from those of another id.
  private(set) var takenOver = 0
  /// Tracks whose files hold what was read of them before.
  private(set) var confirmed = 0
  /// What the views' precisions could not hold.
  private(set) var overflows: [View: ViewOverflow] = [:]
  /// The paths of the files that are dropped.
  private(set) var dropped: Set<[UInt8]> = []
  private var batch = PreparedBatch()
  private var pendingBytes = 0
  private var lastCommit = Date()

  init(
    cache: Cache, total: Int, start: ContinuousClock.Instant, progress: any ProgressSink,
    batchBytes: Int, batchSeconds: Double
  ) {
    self.cache = cache
    self.total = total
    self.start = start
    self.progress = progress
    self.batchBytes = batchBytes
    self.batchSeconds = batchSeconds
  }

  /// Takes outcomes until every worker has ended. Whatever goes wrong, no worker is left running.
  ///
  /// - Throws: `PreparationError` where the cache cannot be written; what was committed stays.
  mutating func drain(_ workers: PreparationWorkers) throws(PreparationError) {
    var running = workers.count
    var failure: PreparationError?
    while running > 0 {
      let deadline = lastCommit.addingTimeInterval(batchSeconds)
      let mayWait = batch.isEmpty || failure != nil
      let outcome = workers.outcomes.pop(before: mayWait ? nil : deadline)
      if case .ended? = outcome { running -= 1 }
      guard failure == nil else { continue }
      do {
        if let outcome { try take(outcome) }
        if pendingBytes >= batchBytes || Date() >= deadline { try commit() }
      } catch {
        failure = error
        // Workers that wait for a place go on to their end, and their ends still arrive.
        workers.stop()
      }
    }
    if case .cache? = failure {} else { try commit() }
    if let failure { throw failure }
  }

  private mutating func take(_ outcome: PreparationWorkers.Outcome) throws(PreparationError) {
    switch outcome {
    case .prepared(let track, let overflows, let seconds):
      for (view, numbers) in overflows {
        self.overflows[view, default: ViewOverflow()].tracks += 1
        self.overflows[view, default: ViewOverflow()].numbers += numbers
      }
      batch.tracks.append(track)
      if !track.values.isEmpty { prepared += 1 }
      pendingBytes += track.values.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.byteCount } }
      advance(seconds)
    case .confirmed(let track):
      if let track { batch.tracks.append(track) }
      confirmed += 1
      advance(0)
    case .quarantined(let record, let stamp, let seconds):
      quarantine(record, stamp: stamp)
      advance(seconds)
    case .dropped(let record, let stamp, let seconds):
      drop(record, stamp: stamp)
      advance(seconds)
    case .failed(let error): throw .signal(error)
    case .ended: break
    }
  }

  /// Records a file that cannot be used; it is stored with the next batch.
  mutating func quarantine(_ record: QuarantineRecord, stamp: SourceStamp?) {
    // What cannot become a track has its path for an id.
    batch.quarantined.append(
      .init(record, stamp: stamp, ownsIdentifier: !record.label.isEmpty || record.facts != nil))
    quarantine.append(record)
    progress.report(.quarantined(record))
  }

  /// Records a track that a policy drops; it is stored with the next batch.
  mutating func drop(_ record: DroppedRecord, stamp: SourceStamp?) {
    batch.dropped.append(.init(record, stamp: stamp, ownsIdentifier: true))
    dropped.insert(Array(record.track.path.utf8))
  }

  /// Stores a track whose values were taken over.
  ///
  /// - Parameter isWhole: whether nothing of it is left to be computed.
  mutating func takeOver(_ track: PreparedTrack, isWhole: Bool) throws(PreparationError) {
    batch.tracks.append(track)
    pendingBytes += track.values.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.byteCount } }
    if isWhole {
      takenOver += 1
      advance(0)
    }
    if pendingBytes >= batchBytes { try commit() }
  }

  private mutating func advance(_ seconds: Double) {
    done.done += 1
    done.total = total
    done.quarantined = quarantine.count
    done.audioSeconds += seconds
    done.elapsed = start.duration(to: ContinuousClock().now) / .seconds(1)
    progress.report(.advanced(done))
  }

  /// Stores what has come together.
  private mutating func commit() throws(PreparationError) {
    lastCommit = Date()
    guard !batch.isEmpty else { return }
    try onCache { () throws(CacheError) in try cache.store(batch) }
    batch = PreparedBatch()
    pendingBytes = 0
  }
}
