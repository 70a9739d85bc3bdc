import Corpus
import LMDBStore
import Testing

@testable import DatasetCache

/// Where the checksums of blocks come from, and when they go.
@Suite struct BlockChecksumTests {
  private static func blocks(_ view: View = .waveform) throws -> String {
    "blocks/\(try BlockCache.values(view))"
  }

  /// The slices of each track that can be read.
  private func readable(_ cache: BlockCache) throws -> [Int] {
    let samples = try Cache.open(at: cache.path, for: .loading).samples(view: .waveform)
    var counts = [Int](repeating: 0, count: cache.made.tracks.count)
    for sample in 0..<samples.count {
      guard let found = try? numbers(samples, sample).values else { continue }
      let location = samples.location(of: sample)
      let isRight = found == cache.made.tracks[location.track].slice(.waveform, location.slice)
      #expect(isRight)
      counts[location.track] += 1
    }
    return counts
  }

  private func all(_ cache: BlockCache) -> [Int] { cache.made.tracks.map { $0.count(.waveform) } }

  @Test func everyValueHasThemAndTheyGoWithIt() throws {
    let cache = try BlockCache(views: View.loadable)
    #expect(try cache.keys(try Self.blocks()) == cache.made.tracks.map(\.id))
    #expect(try cache.keys(try Self.blocks(.mel)) == cache.made.tracks.map(\.id))
    for view in [View.features, .features30s] {
      #expect(try cache.keys(try Self.blocks(view)) == [])
    }
    do {
      let writer = try Cache.open(at: cache.path, for: .writing)
      try writer.remove(tracks: ["track.1"])
      // Another recipe's values take the place of this one's.
      try writer.store([try cache.made.tracks[2].prepared(recipe: "two")])
    }
    #expect(try cache.keys(try Self.blocks()) == ["track.0"])
    let two = "blocks/waveform/\(try fingerprint("two waveform").hex)"
    #expect(try cache.keys(two) == ["track.2"])
    do {
      let writer = try Cache.open(at: cache.path, for: .writing)
      try writer.dropStaleViews(keeping: try writer.fingerprints())
    }
    #expect(try cache.keys(two) == [] && cache.keys(try Self.blocks()) == ["track.0"])
  }

  @Test func theyAreNoPartOfTheDigest() throws {
    let cache = try BlockCache()
    let before = try Cache.open(at: cache.path, for: .reading).digest()
    try forget(cache)
    #expect(try Cache.open(at: cache.path, for: .reading).digest() == before)
  }

  /// Makes the cache one of the time before.
  private func forget(_ cache: BlockCache) throws {
    try cache.change { transaction throws(StoreError) in
      for name in try transaction.databaseNames() where name.hasPrefix("blocks/") {
        try transaction.removeAll(in: try transaction.database(named: name))
      }
    }
    try FirstSchema.make(cache.path)
  }

  @Test func withoutThemTracksAreCheckedWhole() throws {
    let cache = try BlockCache()
    try forget(cache)
    #expect(try readable(cache) == all(cache))
    try cache.flip(100, of: cache.made.tracks[2])
    #expect(try readable(cache) == [all(cache)[0], all(cache)[1], 0])
  }

  @Test func theIndexMakesThoseThatAreMissingButNoneOfDamage() throws {
    let cache = try BlockCache(views: [.waveform, .mel])
    try forget(cache)
    try cache.flip(100, of: cache.made.tracks[2])
    try Cache.open(at: cache.path, for: .writing).writeIndex()
    #expect(try cache.keys(try Self.blocks()) == ["track.0", "track.1"])
    #expect(try cache.keys(try Self.blocks(.mel)) == ["track.0", "track.1", "track.2"])
    #expect(try readable(cache) == [all(cache)[0], all(cache)[1], 0])
    // They are those that the values would have been written with.
    let problems = try Cache.open(at: cache.path, for: .reading).verify()
    #expect(problems.map(\.key) == ["track.2"] && problems[0].database.hasPrefix("waveform/"))
    // The damage is found by a block's checksum, now that it comes after them.
    try cache.flip(29_000, of: cache.made.tracks[0])
    let left = try readable(cache)
    #expect(left[0] > 100 && left[0] < all(cache)[0] && left[1] == all(cache)[1])
  }

  @Test func damagedOnesDoNoHarmAndAreMended() throws {
    let cache = try BlockCache()
    try cache.edit(try Self.blocks(), "track.0") { $0[16 + 8 * 2] ^= 1 }
    try cache.edit(try Self.blocks(), "track.1") { $0[3] ^= 1 }
    try cache.edit(try Self.blocks(), "track.2") { $0.removeLast(5) }
    #expect(try readable(cache) == all(cache))
    do {
      let writer = try Cache.open(at: cache.path, for: .writing)
      let problems = try writer.verify()
      #expect(Set(problems.map(\.database)) == [try Self.blocks()])
      #expect(problems.map(\.key) == ["track.0", "track.1", "track.2"])
      #expect(try writer.repair(problems) == [])
      #expect(try writer.verify() == [])
      try writer.writeIndex()
    }
    #expect(try cache.keys(try Self.blocks()) == cache.made.tracks.map(\.id))
    #expect(try Cache.open(at: cache.path, for: .reading).verify() == [])
    #expect(try readable(cache) == all(cache))
  }

  @Test func thoseOfAnotherValueAreNotUsed() throws {
    let cache = try BlockCache()
    try cache.edit(try Self.blocks(), "track.0") { record in
      record[0] ^= 1  // of which value they are
      for index in 16..<record.count { record[index] = 0 }
    }
    #expect(try readable(cache) == all(cache))
    let problems = try Cache.open(at: cache.path, for: .reading).verify()
    #expect(problems.map(\.database) == [try Self.blocks()])
  }
}
