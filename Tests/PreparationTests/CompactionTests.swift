import DatasetCache
import FoundationEssentials
import Preparation
import Testing

@Suite struct CompactionTests {
  @Test(arguments: [1, 3]) func whatNothingUsesIsGivenBack(_ shards: Int) throws {
    let folder = try MusicFolder()
    try folder.music(labels: ["blues", "jazz", "rock"], count: 8)
    let views = try Recipe.small()
    for index in 0..<(shards > 1 ? shards : 0) {
      var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
      preparation.recipe = views
      preparation.shard = Shard(index, of: shards)
      try preparation.run(progress: Recorder())
    }
    try folder.prepare(views)
    // The mel pictures go, and leave their pages.
    var fewer = views
    fewer.views.mel = nil
    try folder.prepare(fewer)
    let digest = try folder.digest()
    let (before, after) = try Cache.compact(at: folder.cache)
    #expect(after < before * 9 / 10)
    #expect(try folder.digest() == digest && folder.open().verify() == [])
  }

  @Test func theContentStaysWhatItIs() throws {
    let folder = try MusicFolder()
    try folder.music()
    try folder.prepare(.small())
    let digest = try folder.digest()
    _ = try Cache.compact(at: folder.cache)
    #expect(try folder.digest() == digest && folder.open().verify() == [])
    #expect(try folder.open().cardProblems() == [])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.cache)
    #expect(!names.contains { $0.contains("rebuilt") })
    #expect(try folder.prepare(.small()).unchanged == 4)
  }

  @Test func aCacheThatIsBeingWrittenIsLeftAlone() throws {
    let folder = try MusicFolder()
    try folder.music()
    try folder.prepare(.small())
    let writer = try Cache.open(at: folder.cache, for: .writing)
    let error = #expect(throws: CacheError.self) { try Cache.compact(at: folder.cache) }
    #expect(error?.kind == .locked)
    withExtendedLifetime(writer) {}
  }
}
