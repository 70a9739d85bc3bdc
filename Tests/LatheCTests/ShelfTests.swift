import DataLoading
import DatasetCache
import Foundation
import Synchronization
import Testing

@testable import LatheC

/// The caches that a process has open for C.
@Suite struct ShelfTests {
  private final class Ended: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }
  }

  @Test func whoWaitsForOneCacheKeepsNobodyFromAnother() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "lathe-shelf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["held", "free"].map { folder.appending(path: $0).path }
    for path in paths { try makeFourTracks(at: path) }

    // A cache that is open in this process already cannot be opened again before it is closed.
    var held: Cache? = try Cache.open(at: paths[0], for: .loading)
    let shelf = OpenCache.Shelf()
    let ended = Ended()
    let waiting = Task.detached {
      _ = try shelf.open(paths[0])
      ended.add("held")
    }
    try await Task.sleep(for: .milliseconds(20))
    _ = try shelf.open(paths[1])
    #expect(ended.all.isEmpty)
    #expect(held != nil)
    held = nil
    try await waiting.value
    #expect(ended.all == ["held"])
  }

  @Test func onePlaceIsOneCache() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "lathe-shelf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try makeFourTracks(at: folder.path + "/cache")
    let shelf = OpenCache.Shelf()
    do {
      let one = try shelf.open(folder.path + "/cache")
      let other = try shelf.open(folder.path + "/../\(folder.lastPathComponent)/cache")
      #expect(one === other)
    }
    // Closed by both, it can be opened by others.
    _ = try Cache.open(at: folder.path + "/cache", for: .loading)
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
