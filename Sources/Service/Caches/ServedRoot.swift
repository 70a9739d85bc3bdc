import DatasetCache
import Dispatch
import Files
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Training
import Wording

/// What all requests share.
final class ServedRoot: Sendable {
  let configuration: ServiceConfiguration
  let metrics: ServiceMetrics
  let catalogue: CacheCatalogue
  let runs: FolderNames
  let kept: KeptAnswers
  let answers: AnswerBudget
  /// The peaks of waveforms: whole tracks are read for them, and every visitor of a track wants them.
  let peaks: KeptFiles
  let streams: StreamBudget
  let overlays: OverlayFiles
  /// Nil where the root cannot be written, or another service keeps its jobs.
  let jobs: JobQueue?
  let jobArguments: JobArguments
  private let ready = Atomic(false)
  /// Tracks that are read before anybody asks: a gigabyte of memory.
  private static let tracksAhead = 300_000
  /// For what is looked up, so that no connection waits behind it. More threads than processors are
  /// slower: they wait for each other's locks, and hand them over asleep.
  private let threads = NIOThreadPool(numberOfThreads: max(2, NIOCore.System.coreCount))
  /// For what is computed of many numbers or tracks, so that no look-up waits behind it.
  private let makingThreads = NIOThreadPool(numberOfThreads: max(2, NIOCore.System.coreCount))
  /// For streams that wait for their next batch.
  let streamThreads = NIOThreadPool(numberOfThreads: 16)

  init(_ configuration: ServiceConfiguration, metrics: ServiceMetrics, logger: Logger) {
    self.configuration = configuration
    self.metrics = metrics
    catalogue = CacheCatalogue(
      root: configuration.root, most: configuration.limits.openCaches, metrics: metrics)
    runs = FolderNames(
      FolderSearch(root: configuration.root) { $0.contains(RunDirectory.File.record) })
    kept = KeptAnswers(limit: configuration.limits.keptBytes, metrics: metrics)
    answers = AnswerBudget(limit: configuration.limits.answerBytes, metrics: metrics)
    peaks = KeptFiles(
      folder: "\(configuration.root)/.lathed/peaks", limit: configuration.limits.peakBytes,
      metrics: metrics)
    streams = StreamBudget(configuration.limits, metrics)
    overlays = OverlayFiles(root: configuration.root)
    do {
      jobs = try JobQueue(
        store: JobStore(root: configuration.root), program: configuration.program)
    } catch {
      jobs = nil
      logger.warning("no jobs: \(Words.shown("\(error)"))")
    }
    jobArguments = JobArguments(
      root: configuration.root, caches: catalogue.search, overlays: overlays)
    threads.start()
    makingThreads.start()
    streamThreads.start()
  }

  /// Looks something up on another thread.
  func work<Output: Sendable>(
    _ body: @Sendable @escaping () throws -> Output
  ) async throws -> Output {
    try await threads.runIfActive { try body() }
  }

  /// Computes on another thread what may take its time.
  func make<Output: Sendable>(
    _ body: @Sendable @escaping () throws -> Output
  ) async throws -> Output {
    try await makingThreads.runIfActive { try body() }
  }

  /// The names of all caches.
  func cacheNames() -> [String] { catalogue.names.names(after: jobs?.endedJobs ?? 0) }

  /// Whether what the first views need has been read.
  var isReady: Bool { ready.load(ordering: .acquiring) }

  /// Reads and makes what the first views of the caches need, so that the first visitor need not
  /// wait for it. If something cannot be read, a visitor gets that error later.
  /// - Returns: the caches of which it was.
  func readAhead() -> [ServedCache] {
    defer { ready.store(true, ordering: .releasing) }
    var room = Self.tracksAhead
    var caches: [ServedCache] = []
    for name in cacheNames() {
      guard let cache = try? catalogue.cache(named: name),
        let count = try? cache.cache.trackCount()
      else { continue }
      room -= count
      if room < 0 { break }
      caches.append(cache)
    }
    let reads: [@Sendable (ServedCache) -> Void] = [
      { _ = try? $0.tracks() },
      { [kept] cache in
        try? CacheAnswer.splits.keep(of: cache, in: kept)
        try? CacheAnswer.description.keep(of: cache, in: kept)
      },
    ]
    let read = caches
    DispatchQueue.concurrentPerform(iterations: read.count * reads.count) { number in
      reads[number % reads.count](read[number / reads.count])
    }
    for cache in read { try? CacheAnswer.collection.keep(of: cache, in: kept) }
    return read
  }

  /// Audits the default split of a cache before the first request for it.
  func auditAhead(_ cache: ServedCache) {
    guard let split = try? cache.cache.defaultSplit() else { return }
    _ = try? cache.audit(split: split)
  }

  /// The names of all runs.
  func runNames() -> [String] { runs.names(after: jobs?.endedJobs ?? 0) }

  /// - Throws: ``Problem`` 503 where the server is shutting down, what the first views need has not
  ///   been read, or the root cannot be listed.
  func checkReadiness() throws(Problem) {
    if streams.isEnding {
      throw Problem(.serviceUnavailable, "stopped", "the server is shutting down")
    }
    guard isReady else {
      throw Problem(
        .serviceUnavailable, "stopped", "the caches are still being read", hint: "try again",
        headers: [.retryAfter: "1"])
    }
    if (try? Files.names(configuration.root)) == nil {
      throw Problem(.serviceUnavailable, "system", "the root cannot be read")
    }
  }

  /// Ends the running job and the threads.
  func end() async {
    if let jobs {
      // Waits for the running job, also where this task was cancelled.
      await withCheckedContinuation { continuation in
        Thread {
          jobs.end()
          continuation.resume()
        }.start()
      }
    }
    try? await threads.shutdownGracefully()
    try? await makingThreads.shutdownGracefully()
    try? await streamThreads.shutdownGracefully()
  }
}
