import Corpus
import DatasetCache
import FoundationEssentials
import Glibc
import LMDBStore
import Testing

/// What happens to the cache while samples of it are read.
@Suite struct SamplesUnderChangeTests {
  let made: MadeCache

  init() throws { made = try MadeCache(tracks: 30, seed: 4) }

  private func isAllRight(_ samples: CacheSamples) -> Bool {
    let slices = made.slices(samples.view)
    return samples.count == slices.count
      && slices.enumerated().allSatisfy { sample, location in
        (try? numbers(samples, sample).values)
          == made.tracks[location.track].slice(samples.view, location.slice)
      }
  }

  @Test func anotherProcessMayReplaceEverything() async throws {
    let path = made.path
    let samples = try Cache.open(at: path, for: .loading).samples(view: .waveform)
    // The first half has been touched before, the other has not.
    for sample in 0..<samples.count / 2 { _ = try numbers(samples, sample) }
    await #expect(processExitsWith: .success) { [path = path as String] in
      let cache = try Cache.open(at: path, for: .writing, initialMapSize: 1 << 20)
      let ids = try cache.trackRecords().map(\.id)
      // Many times over, so that freed pages would be used again if they were not being read.
      for round in 0..<10 {
        try cache.store(
          try ids.map {
            try MadeTrack(
              id: $0, label: "new", frames: 40_000 + round, rows: 3, isFloat: false
            ).prepared(views: [.waveform, .mel], recipe: "round \(round)")
          })
      }
      try cache.remove(tracks: Array(ids.prefix(10)))
      try cache.dropStaleViews(keeping: [:])
    }
    #expect(isAllRight(samples))
  }

  @Test func theFolderMayGo() throws {
    let samples = try Cache.open(at: made.path, for: .loading).samples(view: .mel)
    _ = try numbers(samples, 0)
    try FileManager.default.removeItem(atPath: made.path)
    #expect(isAllRight(samples))
  }

  @Test func aShardCutShortIsRefusedAsFarAsItWasNotTouched() throws {
    let samples = try Cache.open(at: made.path, for: .loading).samples(view: .waveform)
    let shard = "\(made.path)/shard-00000.lmdb"
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: shard)[.size] as? Int)
    try #require(unsafe truncate(shard, size / 2) == 0)
    let error = #expect(throws: SampleError.self) { try numbers(samples, 0) }
    #expect(error?.kind == .damaged)
    #expect(error?.description.contains("has been cut short since it was opened") == true)
    samples.prefetch(0)
  }

  /// Changes one byte of a track's values behind the cache's back.
  private func damage(_ id: String, _ view: View) throws {
    let hex = try fingerprint("one \(view.rawValue)").hex
    let shard = try Environment(path: "\(made.path)/shard-00000.lmdb")
    try shard.write { transaction throws(StoreError) in
      let values = try transaction.database(named: "\(view.rawValue)/\(hex)")
      var value = copied(try transaction.value(for: id, in: values))
      value[value.count - 3] ^= 4
      try transaction.put(value, for: id, in: values)
    }
  }

  @Test func aDamagedValueIsNamedEveryTimeAndTheOthersAreRead() throws {
    let slices = made.slices(.mel)
    let bad = try #require(slices.indices.last)
    let id = made.tracks[slices[bad].track].id
    try damage(id, .mel)
    let cache = try Cache.open(at: made.path, for: .loading)
    let samples = try cache.samples(view: .mel)
    for _ in 0..<3 {
      let error = #expect(throws: SampleError.self) { try numbers(samples, bad) }
      #expect(error?.kind == .damaged)
      #expect(error?.subject.hasPrefix("'\(id)' in 'mel/") == true)
      #expect(error?.detail == "its data does not have its checksum")
    }
    for (sample, location) in slices.enumerated() where made.tracks[location.track].id != id {
      #expect(try numbers(samples, sample).values.count == 24)
    }
    let unchecked = try cache.samples(view: .mel, verification: .none)
    #expect(try numbers(unchecked, bad).values.count == 24)
  }

  @Test func aValueThatIsGoneIsNamed() throws {
    let id = made.tracks[0].id
    let hex = try fingerprint("one features-30s").hex
    do {
      let shard = try Environment(path: "\(made.path)/shard-00000.lmdb")
      try shard.write { transaction throws(StoreError) in
        _ = try transaction.delete(
          id, in: try transaction.database(named: "features-30s/\(hex)"))
      }
    }
    let samples = try Cache.open(at: made.path, for: .loading).samples(view: .features30s)
    let error = #expect(throws: SampleError.self) { try numbers(samples, 0) }
    #expect(error?.kind == .missing && error?.subject.hasPrefix("'\(id)'") == true)
  }

  private static var openFiles: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  @Test func openingAndDroppingLeaksNothing() throws {
    // There are 510 slots for readers: a leak of slots would end it.
    let cache = try Cache.open(at: made.path, for: .loading)
    let first = try cache.samples(view: .features)
    let before = Self.openFiles
    for _ in 0..<1_000 {
      let samples = try cache.samples(view: .features)
      #expect(samples.identity == first.identity)
    }
    // Other tests of this process may have files open at the same time.
    #expect(Self.openFiles < before + 100)
  }

  @Test func killedReadersStopNobody() async throws {
    let path = made.path
    for _ in 0..<3 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let samples = try Cache.open(at: path, for: .loading).samples(view: .mel)
        _ = try numbers(samples, 0)
        kill(getpid(), SIGKILL)
      }
    }
    try Cache.open(at: path, for: .writing).store([try made.tracks[0].prepared()])
    #expect(isAllRight(try Cache.open(at: path, for: .loading).samples(view: .mel)))
  }
}
