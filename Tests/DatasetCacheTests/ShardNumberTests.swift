import DatasetCache
import FoundationEssentials
import TestSupport
import Testing

@Suite struct ShardNumberTests {
  @Test(arguments: ["", "3", "3/", "/4", "4/4", "-1/4", "3/4/5", "3/0", "0/4097", "1e1/20", "٣/4"])
  func aTextThatNamesNoShardIsRefused(_ text: String) {
    #expect(Shard(text) == nil)
  }

  @Test func aTextNamesAShard() {
    #expect(Shard("3/64") == Shard(3, of: 64))
    #expect(Shard("0/1")?.description == "0/1")
  }

  /// By this a folder of caches is searched.
  @Test func aFolderIsACachesByItsNames() {
    #expect(Cache.isCache(["card.json", "shard-00000.lmdb"]))
    #expect(Cache.isCache(["plan.json", "shard-00003.lmdb"]), "a shard of one that is not merged")
    #expect(!Cache.isCache(["run.json", "shard-00000.lmdb-lock", "my-shard-1.lmdb"]))
    #expect(!Cache.isCache([]))
  }

  /// The rule that every machine goes by, whatever its version: XXH3-64 of the id, modulo the
  /// number. The values are those of the xxhash package of PyPI.
  @Test func aTrackLiesWhereTheHashOfItsIdSays() {
    #expect(Shard.index(of: "blues.00000", count: 64) == 2)
    #expect(Shard.index(of: "jazz.00054", count: 7) == 2)
    #expect(Shard.index(of: "ÄÖ/日本", count: 4_096) == 1458)
    #expect((0..<50).allSatisfy { Shard.index(of: "track \($0)", count: 1) == 0 })
  }

  @Test func numbersAreWrittenAsAnArrayOfTasks() {
    #expect(ArrayExpression([]).description == "")
    #expect(ArrayExpression([7, 19, 20, 21]).description == "7,19-21")
    #expect(ArrayExpression([0, 1, 3]).description == "0-1,3")
  }

  private func plan(_ shards: Int) throws -> ShardPlan {
    ShardPlan(
      shards: shards, manifest: .init(name: "a", sha256: "b", tracks: 3), recipe: "{}",
      fingerprints: [.mel: try fingerprint("mel")], choices: "{}", versions: ["lathe": "1"])
  }

  @Test func ofManyPlansAtOnceOneIsPinned() async throws {
    let folder = try TemporaryFolder()
    let pinned = try await withThrowingTaskGroup(of: ShardPlan.self) { group in
      for shards in 1...40 {
        let plan = try plan(shards)
        group.addTask { try plan.pin(at: folder.cache) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(pinned).count == 1)
    #expect(try ShardPlan.read(at: folder.cache) == pinned[0])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.cache)
    #expect(names == ["plan.json"])
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"schema":"lathe.plan/1","shards":0}"#, #"{"schema":"lathe.plan/9"}"#,
  ])
  func whatIsNoPlanIsRefused(_ text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), "cache/plan.json")
    #expect(kind { _ = try ShardPlan.read(at: folder.cache) } == .invalidRecord)
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .invalidRecord)
  }

  @Test func aPlanOfAbsurdlyManyShardsIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try plan(1_000_000).pin(at: folder.cache)
    #expect(kind { _ = try ShardPlan.read(at: folder.cache) } == .invalidRecord)
  }
}
