import Corpus
import DatasetCache
import Foundation
import Testing

@testable import Preparation

/// What changes a cache through a scratch folder: the cache is that of who writes in place, and nothing is left.
@Suite struct WritingLocationTests {
  private let folder: MusicFolder
  private let scratch: String
  private let location: WritingLocation

  init() throws {
    folder = try MusicFolder()
    try folder.music(count: 4)
    scratch = "\(folder.path)/scratch"
    location = .folder(scratch)
  }

  private func divide(into count: Int) throws {
    for index in 0..<count {
      var part = Preparation(folder: folder.audio, cachePath: folder.cache)
      part.recipe = try .small()
      part.shard = Shard(index, of: count)
      try part.run(progress: Recorder())
    }
  }

  private func expectNothingLeft() throws {
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
  }

  @Test func shardsAreMergedThroughAScratchFolder() throws {
    try divide(into: 3)
    var merge = ShardMerge(cachePath: folder.cache)
    merge.scratch = location
    let summary = try merge.run()
    try expectNothingLeft()
    #expect(summary.shards == 3)
    try folder.prepare(.small(), cache: "\(folder.path)/whole")
    #expect(try folder.digest() == folder.digest("\(folder.path)/whole"))
    #expect(try folder.open().verify() == [] && folder.open().cardProblems() == [])
  }

  @Test(arguments: [1, 2])
  func aSplitIsMadeThroughAScratchFolder(_ shards: Int) throws {
    try divide(into: shards)
    _ = try ShardMerge(cachePath: folder.cache).run()
    let plan = try SplitPlan(policy: .stratified, seed: 7, division: .folds(2))
    do {
      let unfinished = try WritableCache(at: folder.cache, in: location)
      try unfinished.cache.makeSplit(plan)
      #expect(unfinished.cache.path.hasPrefix(scratch))
      // Nobody else may change the cache meanwhile.
      #expect(throws: CacheError.self) { try WritableCache(at: folder.cache, in: .inPlace) }
    }
    try expectNothingLeft()
    #expect(try folder.open().splitNames() == [])
    do {
      let writable = try WritableCache(at: folder.cache, in: location)
      try writable.cache.makeSplit(plan)
      try writable.cache.renewCard()
      try writable.finish()
    }
    try expectNothingLeft()
    let cache = try folder.open()
    #expect(try cache.splitNames() == [plan.name])
    #expect(try cache.verify() == [] && cache.cardProblems() == [])
  }

  @Test func whatIsNoMergedCacheIsSaidBeforeAnythingIsWritten() throws {
    #expect(throws: CacheError.self) { try WritableCache(at: folder.cache, in: location) }
    #expect(!FileManager.default.fileExists(atPath: folder.cache))
    try divide(into: 2)
    let error = #expect(throws: CacheError.self) {
      try WritableCache(at: folder.cache, in: location)
    }
    #expect(error?.kind == .unmerged && error?.subject == folder.cache)
  }

  @Test func aDamagedStoreOfTheWholeIsRepairedThroughAScratchFolder() throws {
    try divide(into: 2)
    _ = try ShardMerge(cachePath: folder.cache).run()
    let digest = try folder.digest()
    let file = URL(filePath: "\(folder.cache)/merged.lmdb")
    var bytes = try [UInt8](Data(contentsOf: file))
    for page in stride(from: 3 * 4_096, to: bytes.count, by: 4_096) { bytes[page + 100] ^= 255 }
    try Data(bytes).write(to: file)
    let plan = try #require(try ShardPlan.read(at: folder.cache))
    _ = try Cache.repairWhole(at: folder.cache, plan, in: location)
    var merge = ShardMerge(cachePath: folder.cache)
    merge.scratch = location
    _ = try merge.run()
    try expectNothingLeft()
    #expect(try folder.digest() == digest && folder.open().verify() == [])
  }

  @Test func filesInQuarantineAreTriedAgainThroughAScratchFolder() throws {
    try folder.write([1], "jazz/broken.wav")
    try divide(into: 2)
    _ = try ShardMerge(cachePath: folder.cache).run()
    try folder.write(Wave.pcm16(Wave.notes(seed: 60)), "jazz/broken.wav")
    var retry = QuarantineRetry(folder: folder.audio, cachePath: folder.cache)
    retry.scratch = location
    #expect(try retry.run(progress: Recorder()).prepared == 1)
    try expectNothingLeft()
    #expect(try folder.open().verify() == [] && folder.open().soundRecords().quarantined.isEmpty)
  }

  @Test(arguments: [1, 3])
  func aCacheIsCopiedThroughAScratchFolder(_ shards: Int) throws {
    try folder.prepare(.small())
    var copying = CacheCopying(
      cachePath: folder.cache, newPath: "\(folder.path)/new", shards: shards)
    copying.scratch = location
    #expect(try copying.run())
    try expectNothingLeft()
    let new = "\(folder.path)/new"
    #expect(try folder.digest(new) == folder.digest())
    #expect(try folder.open(new).verify() == [] && folder.open(new).cardProblems() == [])
  }
}
