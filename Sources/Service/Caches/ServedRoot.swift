import Files
import HTTPTypes
import NIOPosix

/// What all requests share.
final class ServedRoot: Sendable {
  let configuration: ServiceConfiguration
  let metrics: ServiceMetrics
  let catalogue: CacheCatalogue
  let runs: FolderSearch
  let kept: KeptAnswers
  let streams: StreamBudget
  /// For what waits for the disk or computes, so that nobody waits behind it.
  private let threads = NIOThreadPool(numberOfThreads: 4)
  /// For streams that wait for their next batch.
  let streamThreads = NIOThreadPool(numberOfThreads: 16)

  init(_ configuration: ServiceConfiguration) {
    self.configuration = configuration
    metrics = ServiceMetrics()
    catalogue = CacheCatalogue(
      root: configuration.root, most: configuration.limits.openCaches, metrics: metrics)
    runs = FolderSearch(root: configuration.root) { $0.contains("run.json") }
    kept = KeptAnswers(limit: configuration.limits.keptBytes, metrics: metrics)
    streams = StreamBudget(configuration.limits, metrics)
    threads.start()
    streamThreads.start()
  }

  /// Runs what may take its time on another thread.
  func work<Output: Sendable>(
    _ body: @Sendable @escaping () throws -> Output
  ) async throws -> Output {
    try await threads.runIfActive { try body() }
  }

  /// - Throws: ``Problem`` 503 where the root cannot be listed.
  func checkRoot() throws(Problem) {
    if (try? Files.names(configuration.root)) == nil {
      throw Problem(.serviceUnavailable, "system", "the root cannot be read")
    }
  }

  /// Ends the threads.
  func end() async {
    try? await threads.shutdownGracefully()
    try? await streamThreads.shutdownGracefully()
  }
}
