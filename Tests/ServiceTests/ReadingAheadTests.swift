import HTTPTypes
import Logging
import Preparation
import Testing

@testable import Service

extension ServiceTests {
  /// What is read before anybody asks.
  @Suite struct ReadingAheadTests {
    @Test func whatTheFirstViewsNeedIsThere() async throws {
      let metrics = ServiceMetrics()
      let root = ServedRoot(
        ServiceConfiguration(root: try ServedMusic.get().root), metrics: metrics,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let early = #expect(throws: Problem.self) { try root.checkReadiness() }
      #expect(early?.status == .serviceUnavailable && early?.headers[.retryAfter] == "1")
      let caches = root.readAhead()
      try root.checkReadiness()
      #expect(caches.map(\.name) == ["inner/other", "music"])
      for cache in caches { root.auditAhead(cache) }
      #expect(metrics.text().contains("lathed_kept_misses_total 6\n"))
      // All of it is given again without being made.
      for cache in caches {
        try CacheAnswer.description.keep(of: cache, in: root.kept)
        try CacheAnswer.splits.keep(of: cache, in: root.kept)
        try CacheAnswer.collection.keep(of: cache, in: root.kept)
      }
      #expect(metrics.text().contains("lathed_kept_misses_total 6\n"))
      #expect(metrics.text().contains("lathed_kept_hits_total 6\n"))
      for cache in caches {
        let audit = try #require(try cache.audit(split: ServedMusic.split))
        #expect(try audit == cache.cache.audit(split: ServedMusic.split))
        #expect(try cache.audit(split: "none") == nil)
      }
      root.streams.end()
      let late = #expect(throws: Problem.self) { try root.checkReadiness() }
      #expect(late?.status == .serviceUnavailable)
      await root.end()
    }

    @Test func aServerThatSaysWhereItIsIsReady() async throws {
      try await RunningServer.with { server throws in
        #expect(try server.get("/readyz").status == 200)
      }
    }
  }
}
