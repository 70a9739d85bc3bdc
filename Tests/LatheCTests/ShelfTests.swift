import Corpus
import DataLoading
import DatasetCache
import Foundation
import FuzzTargets
import Glibc
import Synchronization
import TestSupport
import Testing

import OpenCaches

/// The caches that a process has open for C.
@Suite struct ShelfTests {
  private final class Waiting: Sendable {
    let hasEnded = Atomic(false)
    let end = DispatchSemaphore(value: 0)
  }

  @Test func whoWaitsForOneCacheKeepsNobodyFromAnother() throws {
    let folder = try TemporaryFolder()
    let paths = ["held", "free"].map { folder.path($0) }
    for path in paths { try makeFourTracks(at: path) }
    // On a busy machine the thread that waits may give up before the other cache is opened, but not
    // each time.
    #expect(try (0..<5).contains { _ in try opens(paths[1], whileAnotherWaitsFor: paths[0]) })
  }

  /// Whether a cache is opened while another thread waits for one that cannot be opened yet.
  private func opens(_ free: String, whileAnotherWaitsFor path: String) throws -> Bool {
    // A cache that is open in this process already cannot be opened again before it is closed.
    var held: Cache? = try Cache.open(at: path, for: .loading)
    let shelf = OpenCache.Shelf()
    let waiting = Waiting()
    Thread {
      _ = try? shelf.open(path)
      waiting.hasEnded.store(true, ordering: .sequentiallyConsistent)
      waiting.end.signal()
    }.start()
    usleep(20_000)
    _ = try shelf.open(free)
    let isWaitedFor = !waiting.hasEnded.load(ordering: .sequentiallyConsistent)
    #expect(held != nil)
    held = nil
    waiting.end.wait()
    return isWaitedFor
  }

  @Test func onePlaceIsOneCache() throws {
    let folder = try TemporaryFolder()
    try makeFourTracks(at: folder.path("cache"))
    let shelf = OpenCache.Shelf()
    do {
      let one = try shelf.open(folder.path("cache"))
      let other = try shelf.open(
        folder.path + "/../\(URL(filePath: folder.path).lastPathComponent)/cache")
      #expect(one === other)
    }
    // Closed by both, it can be opened by others.
    _ = try Cache.open(at: folder.path("cache"), for: .loading)
  }

  /// Samples that count how often they are read.
  private struct Counted: SampleSource {
    let base: any SampleSource
    let reads = Reads()

    final class Reads: Sendable {
      let count = Atomic(0)
    }

    var name: String { base.name }
    var identity: String { base.identity }
    var count: Int { base.count }
    var shape: [Int] { base.shape }
    var labels: [String] { base.labels }
    func label(of sample: Int) -> Int { base.label(of: sample) }
    func location(of sample: Int) -> SampleLocation { base.location(of: sample) }
    func trackID(_ track: Int) -> String { base.trackID(track) }
    func prefetch(_ sample: Int) {}
    func read(_ sample: Int, _ body: (RawSpan, SampleWindow) -> Void) throws(SampleError) {
      reads.count.add(1, ordering: .relaxed)
      try base.read(sample, body)
    }
  }

  @Test func statisticsThatNoCacheKeepsAreTakenOnce() throws {
    let folder = try TemporaryFolder()
    try makeFourTracks(at: folder.path("cache"))
    let open = try OpenCache.Shelf().open(folder.path("cache"))
    let samples = Counted(base: try open.cache.samples(view: View(like: "features")))
    let first = try open.statistics(of: samples, axis: .first, threads: 1)
    let reads = samples.reads.count.load(ordering: .relaxed)
    #expect(reads >= 8 && first.means.count == 57)
    #expect(try open.statistics(of: samples, axis: .first, threads: 1) == first)
    #expect(samples.reads.count.load(ordering: .relaxed) == reads)
    #expect(try open.statistics(of: samples, axis: .overall, threads: 1).means.count == 1)
    #expect(samples.reads.count.load(ordering: .relaxed) > reads)
  }

  @Test func onlyTheSubjectOfAnErrorIsCalledAsInJSON() {
    func text(_ subject: String, _ detail: String) -> String {
      InterfaceError(
        LoadingError(kind: .configuration, subject: subject, detail: detail, hint: "mend it")
      ).text
    }
    #expect(text("batchSize", "0 cannot be done") == "batch_size: 0 cannot be done; mend it")
    #expect(
      text("/data/batchSize", "of worldSize") == "/data/batchSize: of worldSize; mend it")
  }
}
