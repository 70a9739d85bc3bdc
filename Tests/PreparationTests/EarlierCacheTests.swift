import Corpus
import DatasetCache
import Exporting
import Foundation
import Preparation
import Testing

/// A cache of the first schema, kept as the program of commit 0c62f7d wrote it with one thread from
/// ``audio`` and ``recipe``, is used like one of today.
@Suite struct EarlierCacheTests {
  /// What that program's `inspect --digest` printed.
  private static let digest = "035c7949ff12cb72867ee600dbcccadc89a4c1f275ff8c19d3f5005e0d1c7ed4"
  /// The SHA-256 of its `export csv --view features`.
  private static let table = "53c59c6ebb1615a58b3ac29e7fba330e374a911f3ba13a493e8fab1687fb2d69"

  private static let recipe = #"""
    {"schema": "lathe.recipe/1", "name": "small", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "features": {"slices": {"length": 4000, "hop": 4000}},
       "features-30s": {"slices": {}},
       "waveform": {"slices": {"length": 4000, "hop": 2000}},
       "mel": {"slices": {"length": 4000, "hop": 4000}, "transformLength": 512, "bands": 16}}}
    """#

  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    let kept = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("CacheOfFirstSchema")
    try FileManager.default.createDirectory(
      atPath: folder.cache, withIntermediateDirectories: true)
    for name in ["card.json", "shard-00000.lmdb"] {
      try FileManager.default.copyItem(
        atPath: kept.appendingPathComponent(name).path, toPath: "\(folder.cache)/\(name)")
    }
  }

  /// The three tracks, in whole numbers only: the same bytes everywhere.
  private func audio() throws {
    for track in 0..<3 {
      let samples = (0..<9_600).map { index in
        let period = 20 + 3 * track + index / 3_000 * 2
        let phase = index % period
        let tone = min(phase, period - phase) * 2 * 8_000 / period - 4_000
        return Int16(tone + ((index * 1_103_515_245 + track * 12_345) >> 7) % 501 - 250)
      }
      try folder.write(Wave.pcm16(samples), "\(["blues", "jazz"][track % 2])/t\(track).wav")
    }
  }

  @Test func itIsVerifiedAndSaysThatItsRecordsHaveNoChecksums() throws {
    let cache = try folder.open()
    #expect(try cache.verify() == [] && cache.cardProblems() == [])
    #expect(try !cache.hasRecordChecksums() && cache.digest() == Self.digest)
  }

  @Test func itIsExported() throws {
    let output = "\(folder.path)/table.csv"
    #expect(try TableFile.write(FeatureTable(.features, of: folder.open()), to: output) == 6)
    let bytes = try #require(FileManager.default.contents(atPath: output))
    #expect(try Fingerprint(hashing: Array(bytes)).hex == Self.table)
    #expect(try !folder.open().hasRecordChecksums())
  }

  @Test func itIsLoaded() throws {
    let cache = try Cache.open(at: folder.cache, for: .loading)
    let samples = try cache.samples(view: .mel)
    #expect(samples.count == 6 && samples.labels == ["blues", "jazz"] && samples.shape == [16, 8])
    #expect(try cache.samples(view: .waveform).count == 9)
  }

  @Test func preparingGoesOnWithItAndPutsItUnderChecksums() throws {
    try audio()
    let recipe = try Recipe.decode(Array(Self.recipe.utf8))
    let summary = try folder.prepare(recipe)
    #expect(summary.tracks == 3 && summary.prepared == 0 && summary.quarantine.isEmpty)
    let cache = try folder.open()
    #expect(try cache.hasRecordChecksums() && cache.digest() == Self.digest)
    #expect(try cache.verify() == [] && cache.cardProblems() == [])
    #expect(try cache.splitNames() == ["stratified-seed1-0.8-0.1-0.1"])
  }
}
