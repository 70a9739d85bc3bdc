import Corpus
import DatasetCache
import Dispatch
import FoundationEssentials
import Preparation
import Synchronization
import Testing

/// The folder is listed once for all shards of a cache, by whichever is prepared first.
@Suite struct ShardListingTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music(labels: ["blues", "jazz", "rock"], count: 3)
    try folder.write([], "rock/empty.wav")
    try folder.write([], "rock/notes.txt")
  }

  private var listing: String { "\(folder.cache)/listing.jsonl" }

  @discardableResult
  private func prepare(
    _ index: Int, of count: Int, manifest: Manifest? = nil, sink: Recorder = Recorder()
  ) throws -> PreparationSummary {
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    preparation.shard = Shard(index, of: count)
    preparation.manifest = manifest
    return try preparation.run(progress: sink)
  }

  private func merge() throws -> ShardMerge.Summary {
    try ShardMerge(cachePath: folder.cache).run()
  }

  private func wholeDigest() throws -> String {
    let path = "\(folder.path)/whole"
    try? FileManager.default.removeItem(atPath: path)
    try folder.prepare(cache: path)
    return try folder.digest(path)
  }

  private func shard(of id: String, count: Int) -> Int { Shard.index(of: id, count: count) }

  @Test func audioThatComesAfterTheListingIsForTheNextPlan() throws {
    let expected = try wholeDigest()
    try prepare(0, of: 3)
    try folder.write(Wave.pcm16(Wave.notes(seed: 99)), "rock/later.wav")
    for index in 1..<3 { try prepare(index, of: 3) }
    #expect(try merge().tracks == 9)
    #expect(try folder.digest() == expected)
    // A shard that is done looks at the folder itself.
    let error = #expect(throws: PreparationError.self) { try prepare(0, of: 3) }
    let text = "\(try #require(error))"
    #expect(text.contains("10 tracks") && text.contains("11 tracks"), "\(text)")
    // Either of two ways brings all up to date.
    #expect(try folder.prepare().tracks == 10)
    #expect(try folder.digest() == wholeDigest())
    try folder.write(Wave.pcm16(Wave.notes(seed: 98)), "rock/latest.wav")
    try FileManager.default.removeItem(atPath: "\(folder.cache)/plan.json")
    for index in 0..<3 { try prepare(index, of: 3) }
    #expect(try merge().tracks == 11)
    #expect(try folder.digest() == wholeDigest())
  }

  @Test func whatHasChangedSinceTheListingIsNamed() throws {
    let other = 1 - shard(of: "jazz.00001", count: 2)
    try prepare(other, of: 2)
    try folder.write(Wave.pcm16(Wave.notes(seed: 77, count: 12_000)), "jazz/jazz.00001.wav")
    let sink = Recorder()
    try prepare(1 - other, of: 2, sink: sink)
    #expect(
      sink.overview?.warnings == [
        "1 file has changed since the collection was listed for all shards, and what is there now is "
          + "taken: jazz/jazz.00001.wav"
      ])
    _ = try merge()
    #expect(try folder.digest() == wholeDigest())
  }

  @Test func whatIsGoneSinceTheListingIsNamedAndGoesToQuarantine() throws {
    let other = 1 - shard(of: "jazz.00001", count: 2)
    try prepare(other, of: 2)
    try folder.remove("jazz/jazz.00001.wav")
    let sink = Recorder()
    let summary = try prepare(1 - other, of: 2, sink: sink)
    #expect(summary.quarantine.map(\.path).contains("jazz/jazz.00001.wav"))
    let warning = try #require(sink.overview?.warnings.first)
    #expect(warning.hasPrefix("1 file is gone since the collection was listed"), "\(warning)")
    #expect(warning.contains("jazz/jazz.00001.wav; without them: remove plan.json"))
  }

  /// A worker that was killed between plan and listing, and a listing that a disk has damaged.
  @Test func whereThereIsNoListingTheFolderIsListed() throws {
    try prepare(0, of: 4)
    let whole = try Data(contentsOf: URL(filePath: listing))
    try FileManager.default.removeItem(atPath: listing)
    try prepare(1, of: 4)
    #expect(try Data(contentsOf: URL(filePath: listing)) == whole)
    var bytes = [UInt8](whole)
    let end = try #require(bytes.firstIndex(of: 10))
    for offset in stride(from: end + 1, to: bytes.count, by: 7) { bytes[offset] ^= 1 }
    try Data(bytes).write(to: URL(filePath: listing))
    try prepare(2, of: 4)
    #expect(try Data(contentsOf: URL(filePath: listing)) == whole)
    try Data(whole[..<(end - 3)]).write(to: URL(filePath: listing))
    try prepare(3, of: 4)
    #expect(try Data(contentsOf: URL(filePath: listing)) == whole)
    #expect(try merge().tracks == 9)
    #expect(try folder.digest() == wholeDigest())
  }

  @Test func theListingOfAnotherPlanIsNotUsed() throws {
    try prepare(0, of: 2)
    let old = try Data(contentsOf: URL(filePath: listing))
    try folder.remove("blues/blues.00000.wav")
    try FileManager.default.removeItem(atPath: "\(folder.cache)/plan.json")
    try prepare(1, of: 2)
    #expect(try Data(contentsOf: URL(filePath: listing)) != old)
    try old.write(to: URL(filePath: listing))
    try prepare(0, of: 2)
    #expect(try merge().tracks == 8)
  }

  @Test func theListingForAnotherManifestIsNotUsed() throws {
    func manifest(_ label: String) throws -> Manifest {
      try Manifest(
        name: "club", labels: [label],
        tracks: (0..<3).map {
          Track(id: "t\($0)", path: "jazz/jazz.0000\($0).wav", label: label)
        })
    }
    let first = 1 - shard(of: "t0", count: 2)
    try prepare(first, of: 2, manifest: try manifest("calm"))
    #expect(throws: PreparationError.self) {
      try prepare(1 - first, of: 2, manifest: try manifest("loud"))
    }
    try prepare(1 - first, of: 2, manifest: try manifest("calm"))
    #expect(try merge().labels == ["calm": 3])
  }

  @Test func manyThatBeginAtOnceListOnce() throws {
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 6) { index in
      do { try prepare(index, of: 6) } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.cache)
    #expect(!names.contains { $0.contains("temporary") })
    #expect(try merge().tracks == 9)
    #expect(try folder.digest() == wholeDigest())
  }
}
