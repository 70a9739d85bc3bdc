import Corpus
import DatasetCache
import FoundationEssentials
import Preparation
import Testing

/// A cache that is prepared in shards and merged is the cache that one process makes.
@Suite struct ShardTests {
  let folder: MusicFolder
  let plan: SplitPlan

  init() throws {
    folder = try MusicFolder()
    try folder.music(labels: ["blues", "jazz", "rock"], count: 3)
    try folder.write([], "rock/empty.wav")
    plan = try SplitPlan(seed: 3, division: .ratios([0.6, 0.4]))
  }

  @discardableResult
  private func prepare(
    _ index: Int, of count: Int, recipe: Recipe? = nil, threads: Int = 2,
    sink: Recorder = Recorder(), cache: String? = nil
  ) throws -> PreparationSummary {
    var preparation = Preparation(folder: folder.audio, cachePath: cache ?? folder.cache)
    preparation.recipe = try recipe ?? .small()
    let shard = try #require(Shard(index, of: count))
    preparation.shard = shard
    preparation.split = plan
    preparation.threads = threads
    return try preparation.run(progress: sink, cancellation: sink.cancellation)
  }

  private func whole() throws -> String {
    let path = "\(folder.path)/whole"
    try folder.prepare(.small(), cache: path, split: plan)
    return path
  }

  private func record(_ index: Int, of count: Int) throws -> ShardRecord {
    let shard = try #require(Shard(index, of: count))
    return try #require(try ShardRecord.read(shard, at: folder.cache))
  }

  private func merge() throws -> ShardMerge.Summary {
    try ShardMerge(cachePath: folder.cache).run()
  }

  private func kind(_ body: () throws -> Void) -> CacheError.Kind? {
    guard case .cache(let error) = #expect(throws: PreparationError.self, performing: body) else {
      return nil
    }
    return error.kind
  }

  @Test(arguments: [1, 2, 7, 64]) func anyNumberOfShardsGivesOneDigest(_ count: Int) throws {
    // In any order, by any number of threads.
    for index in (0..<count).reversed() {
      try prepare(index, of: count, threads: 1 + index % 3)
    }
    let summary = try merge()
    #expect(summary.tracks == 9 && summary.shards == count && summary.quarantine.count == 1)
    #expect(summary.splits == [plan.name])
    let whole = try whole()
    #expect(try folder.digest() == folder.digest(whole))
    let merged = try Cache.open(at: folder.cache, for: .reading)
    #expect(try merged.verify() == [] && merged.cardProblems() == [])
    #expect(merged.shardCount == count)
    let card = try #require(try merged.card())
    let expected = try #require(try Cache.open(at: whole, for: .reading).card())
    #expect(card.splits == expected.splits && card.slices == expected.slices)
    #expect(card.audits == expected.audits && card.quarantine == expected.quarantine)
  }

  @Test(arguments: [View.features, .waveform, .mel])
  func itsSamplesAreThoseOfOneShard(_ view: View) throws {
    for index in 0..<5 { try prepare(index, of: 5) }
    _ = try merge()
    let one = try Cache.open(at: try whole(), for: .loading)
    let many = try Cache.open(at: folder.cache, for: .loading)
    for side in ["train", "test"] {
      let expected = try one.samples(view: view, split: plan.name, side: side)
      let samples = try many.samples(view: view, split: plan.name, side: side)
      #expect(samples.count == expected.count && samples.identity == expected.identity)
      #expect(samples.shape == expected.shape && samples.labels == expected.labels)
      for sample in 0..<expected.count {
        #expect(samples.location(of: sample) == expected.location(of: sample))
        samples.prefetch(sample)
        #expect(try bytes(samples, sample) == bytes(expected, sample))
      }
    }
  }

  private func bytes(_ samples: CacheSamples, _ sample: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    try samples.read(sample) { bytes, window in
      bytes.withUnsafeBytes { all = Array($0) }
      all.append(UInt8(truncatingIfNeeded: window.elements.lowerBound))
    }
    return all
  }

  @Test func aCacheThatIsNotMergedSaysWhatIsMissing() throws {
    try prepare(1, of: 3)
    let error = #expect(throws: CacheError.self) {
      try Cache.open(at: folder.cache, for: .reading)
    }
    #expect(error?.kind == .unmerged && error?.detail.contains("missing: 0,2") == true)
    #expect(try ShardMerge(cachePath: folder.cache).missing() == [0, 2])
    #expect(kind { _ = try merge() } == .unmerged)
  }

  @Test func anotherPlanIsRefusedWithBothValues() throws {
    try prepare(1, of: 3)
    let number = #expect(throws: PreparationError.self) { try prepare(0, of: 4) }
    #expect("\(try #require(number))".contains("shards of 3, and this run has 4"))
    var other = try Recipe.small()
    other.views.mel?.bands = 20
    let recipe = #expect(throws: PreparationError.self) { try prepare(0, of: 3, recipe: other) }
    #expect("\(try #require(recipe))".contains("views.mel.bands 32, and this run has 20"))
    try folder.write(Wave.pcm16(Wave.notes(seed: 99)), "rock/later.wav")
    let collection = #expect(throws: PreparationError.self) { try prepare(1, of: 3) }
    #expect("\(try #require(collection))".contains("10 tracks"))
    #expect("\(try #require(collection))".contains("11 tracks"))
  }

  @Test func aShardThatIsInterruptedIsNotDone() throws {
    for index in 0..<2 { try prepare(index, of: 2) }
    let tracks = try (0..<2).map { try record($0, of: 2).tracks }
    #expect(tracks.reduce(0, +) == 9)
    let large = tracks[0] > tracks[1] ? 0 : 1
    // Another run has to do some of it again, and is stopped.
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder.audio)/jazz") {
      try folder.write(Wave.pcm16(Wave.notes(seed: name.utf8.count + 50)), "jazz/\(name)")
    }
    let recorder = Recorder(stopAfter: 1)
    for index in 0..<2 { try prepare(index, of: 2, threads: 1, sink: recorder) }
    #expect(try ShardMerge(cachePath: folder.cache).missing().contains(large))
    for index in 0..<2 { try prepare(index, of: 2) }
    _ = try merge()
    #expect(try folder.digest() == folder.digest(try whole()))
  }

  @Test func aShardThatChangesHasToBeMergedAgain() throws {
    for index in 0..<3 { try prepare(index, of: 3) }
    _ = try merge()
    let (before, done) = (try folder.digest(), try record(1, of: 3))
    // Nothing to do: the shard stays done, as it was, and merged.
    try prepare(1, of: 3)
    #expect(try record(1, of: 3) == done)
    #expect(try folder.digest() == before)
    try folder.write(Wave.pcm16(Wave.notes(seed: 98)), "jazz/jazz.00001.wav")
    for index in 0..<3 { try prepare(index, of: 3) }
    let error = #expect(throws: CacheError.self) {
      try Cache.open(at: folder.cache, for: .reading)
    }
    #expect(error?.kind == .unmerged && error?.detail.contains("changed since") == true)
    _ = try merge()
    #expect(try folder.digest() == folder.digest(try whole()))
  }

  @Test func allShardsAreBroughtUpToDateByOneRun() throws {
    try prepare(2, of: 4)
    let summary = try folder.prepare(.small(), split: plan)
    #expect(summary.tracks == 9 && summary.splits == [plan.name])
    #expect(try folder.digest() == folder.digest(try whole()))
    try folder.remove("blues/blues.00000.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 97)), "rock/later.wav")
    let again = try folder.prepare(.small())
    #expect(again.tracks == 9 && again.prepared == 1 && again.removed == 1)
    #expect(try folder.open().verify() == [])
    try FileManager.default.removeItem(atPath: "\(folder.path)/whole")
    #expect(try folder.digest() == folder.digest(try whole()))
  }

  @Test func aShardThatIsNotAsItWasWhenItWasDoneIsMissing() throws {
    for index in 0..<3 { try prepare(index, of: 3) }
    var changed = try record(1, of: 3)
    changed.mark = String(repeating: "0", count: 64)
    try changed.write(try #require(Shard(1, of: 3)), at: folder.cache)
    #expect(kind { _ = try merge() } == .unmerged)
    #expect(try ShardMerge(cachePath: folder.cache).missing() == [1])
    try prepare(1, of: 3)
    #expect(try ShardMerge(cachePath: folder.cache).missing() == [])
    #expect(try merge().tracks == 9)
  }

  @Test func tracksAreNotWrittenThroughTheWhole() throws {
    for index in 0..<2 { try prepare(index, of: 2) }
    _ = try merge()
    let cache = try Cache.open(at: folder.cache, for: .writing)
    let ids = try cache.trackRecords().map(\.id)
    #expect(throws: CacheError.self) { try cache.remove(tracks: [ids[0]]) }
    #expect(try cache.trackCount() == 9)
  }

  @Test func theFileOfAnotherShardIsRefused() throws {
    for index in 0..<3 { try prepare(index, of: 3) }
    _ = try merge()
    let files = FileManager.default
    try files.removeItem(atPath: "\(folder.cache)/shard-00001.lmdb")
    try files.copyItem(
      atPath: "\(folder.cache)/shard-00002.lmdb", toPath: "\(folder.cache)/shard-00001.lmdb")
    #expect(throws: CacheError.self) { try Cache.open(at: folder.cache, for: .reading) }
    #expect(kind { try prepare(1, of: 3) } == .notACache)
  }

  @Test func aShardThatIsLostIsMissed() throws {
    for index in 0..<3 { try prepare(index, of: 3) }
    try FileManager.default.removeItem(atPath: "\(folder.cache)/shard-00001.lmdb")
    let parts = try Cache.parts(at: folder.cache)
    #expect(parts.compactMap(\.shard?.index) == [0, 2])
    let problems = try Cache.shardProblems(at: folder.cache, parts)
    #expect(problems.map(\.database) == ["shard-00001.lmdb"])
    #expect(problems.map(\.kind) == [.missing])
  }

  @Test func aShardThatIsLostIsAskedForAndMadeAgain() throws {
    for index in 0..<3 { try prepare(index, of: 3) }
    try FileManager.default.removeItem(atPath: "\(folder.cache)/shard-00001.lmdb")
    #expect(try ShardMerge(cachePath: folder.cache).missing() == [1])
    #expect(kind { _ = try merge() } == .unmerged)
    try prepare(1, of: 3)
    #expect(try merge().tracks == 9)
  }

  @Test func filesInQuarantineAreTriedAgainInEveryShard() throws {
    for name in ["a", "b", "c", "d"] { try folder.write([1], "jazz/\(name).wav") }
    for index in 0..<3 { try prepare(index, of: 3) }
    #expect(try merge().quarantine.count == 5)
    for name in ["a", "b", "c"] {
      try folder.write(Wave.pcm16(Wave.notes(seed: 60 + name.utf8.count)), "jazz/\(name).wav")
    }
    let retry = QuarantineRetry(folder: folder.audio, cachePath: folder.cache)
    let summary = try retry.run(progress: Recorder())
    #expect(summary.retried?.count == 5 && summary.prepared == 3 && summary.tracks == 12)
    #expect(try folder.open().trackCount() == 12 && folder.open().verify() == [])
  }

  @Test func whatIsDamagedIsMadeAgain() throws {
    for index in 0..<3 { try prepare(index, of: 3) }
    _ = try merge()
    let expected = try folder.digest()
    let plan = try #require(try ShardPlan.read(at: folder.cache))
    for file in ["shard-00001.lmdb", "merged.lmdb"] {
      var bytes = try [UInt8](Data(contentsOf: URL(filePath: "\(folder.cache)/\(file)")))
      for offset in stride(from: 3 * 4_096, to: bytes.count, by: 4_096) {
        bytes[offset + 100] ^= 255
      }
      try Data(bytes).write(to: URL(filePath: "\(folder.cache)/\(file)"))
      for shard in plan.allShards {
        _ = try Cache.rebuild(at: folder.cache, shard: shard)
        let part = try Cache.open(at: folder.cache, for: .writing, shard: shard)
        try part.repair(part.verify())
      }
      _ = try Cache.repairWhole(at: folder.cache, plan)
      try folder.prepare(.small(), split: self.plan)
      #expect(try folder.open().verify() == [])
      #expect(try folder.digest() == expected, "\(file)")
    }
  }

  @Test(arguments: [(1, 4), (4, 1), (3, 5)])
  func aCacheIsDividedOtherwiseWithoutBeingComputedAgain(_ from: Int, _ to: Int) throws {
    for index in 0..<from { try prepare(index, of: from) }
    _ = try merge()
    let new = "\(folder.path)/new"
    let isDone = try CacheCopying(cachePath: folder.cache, newPath: new, shards: to).run()
    #expect(isDone)
    #expect(try folder.digest(new) == folder.digest())
    #expect(try folder.open(new).verify() == [] && folder.open(new).cardProblems() == [])
    #expect(try folder.open(new).shardCount == to)
    // Another run has nothing to do in it.
    let again = try folder.prepare(.small(), cache: new, split: plan)
    #expect(again.prepared == 0 && again.unchanged == 9)
    #expect(try folder.digest(new) == folder.digest())
    #expect(throws: PreparationError.self) {
      try CacheCopying(cachePath: folder.cache, newPath: new).run()
    }
  }

  @Test func aCopyThatIsStoppedLeavesNothing() throws {
    try folder.prepare(.small(), split: plan)
    let cancellation = Cancellation()
    cancellation.cancel()
    let copying = CacheCopying(cachePath: folder.cache, newPath: "\(folder.path)/new", shards: 2)
    #expect(try !copying.run(cancellation: cancellation))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.contains { $0.hasPrefix("new") })
  }
}
