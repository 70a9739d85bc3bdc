import DatasetCache
import Glibc
import LMDBStore
import TestSupport
import Testing

@Suite struct CacheOpeningTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aCacheIsMadeWrittenAndReadAgain() throws {
    let deep = "\(folder.path)/some/where/cache"
    try Cache.open(at: deep, for: .creating).store([try preparedTrack("rock.1")])
    #expect(try Cache.open(at: deep, for: .reading).trackCount() == 1)
    #expect(try Cache.open(at: deep, for: .writing).trackCount() == 1)
    #expect(try Cache.open(at: deep, for: .creating).trackCount() == 1)
  }

  @Test func placesThatAreNoCacheAreRefused() throws {
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .notFound)
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .writing) } == .notFound)
    #expect(kind { _ = try Cache.open(at: folder.path, for: .reading) } == .notACache)

    let file = "\(folder.path)/notes.txt"
    writeFile([65], to: file)
    #expect(kind { _ = try Cache.open(at: file, for: .creating) } == .isAFile)
    let foreign = #expect(throws: CacheError.self) {
      _ = try Cache.open(at: folder.path, for: .creating)
    }
    #expect(foreign?.kind == .notACache)
    #expect(foreign?.description.contains("notes.txt") == true)
    // Nothing of ours was left in it.
    #expect(unsafe access("\(folder.path)/.lock", F_OK) != 0)
  }

  @Test func anEmptyFolderBecomesACache() throws {
    unsafe mkdir(folder.cache, 0o755)
    #expect(try Cache.open(at: folder.cache, for: .creating).trackCount() == 0)
  }

  @Test func aHalfMadeCacheIsNamedAndFinished() throws {
    unsafe mkdir(folder.cache, 0o755)
    writeFile([], to: "\(folder.cache)/.lock")
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .unfinished)
    writeFile([], to: "\(folder.cache)/shard-00000.lmdb")
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .unfinished)
    #expect(try Cache.open(at: folder.cache, for: .creating).trackCount() == 0)
    #expect(try Cache.open(at: folder.cache, for: .reading).trackCount() == 0)
  }

  @Test func aStoreOfAnotherProgramIsRefused() throws {
    unsafe mkdir(folder.cache, 0o755)
    try setMeta("other", "x", database: "things")
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .creating) } == .notACache)
  }

  private func setMeta(_ key: String, _ text: String, database: String = "meta") throws {
    let shard = try Environment(path: "\(folder.cache)/shard-00000.lmdb")
    try shard.write { transaction throws(StoreError) in
      try transaction.put(
        Array(text.utf8), for: key, in: try transaction.database(named: database))
    }
  }

  @Test func aNewerSchemaIsRefused() throws {
    _ = try Cache.open(at: folder.cache, for: .creating)
    try setMeta("schema", "lathe.cache/3")
    let error = #expect(throws: CacheError.self) {
      _ = try Cache.open(at: folder.cache, for: .writing)
    }
    #expect(error?.kind == .newerSchema)
    #expect(error?.description.contains("newer lathe") == true)
    try setMeta("schema", "something")
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .notACache)
  }

  @Test func aDamagedShardIsRefused() throws {
    _ = try Cache.open(at: folder.cache, for: .creating)
    writeFile([UInt8](repeating: 88, count: 40_000), to: "\(folder.cache)/shard-00000.lmdb")
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .creating) } == .damaged)
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .damaged)
  }

  @Test func aSecondWriterIsRefusedWithTheFirstOnesProcess() throws {
    let first = try Cache.open(at: folder.cache, for: .creating)
    let error = #expect(throws: CacheError.self) {
      _ = try Cache.open(at: folder.cache, for: .writing)
    }
    #expect(error?.kind == .locked)
    #expect(error?.detail.contains("\(getpid())") == true)
    #expect(try first.trackCount() == 0)
  }

  @Test func aSecondWriterOfAnotherProcessIsRefused() async throws {
    let path = folder.cache
    let first = try Cache.open(at: path, for: .creating)
    try first.store([try preparedTrack("rock.1")])
    await #expect(processExitsWith: .success) { [path = path as String] in
      let error = #expect(throws: CacheError.self) {
        _ = try Cache.open(at: path, for: .writing)
      }
      #expect(error?.kind == .locked)
      #expect(error?.detail.contains("\(getppid())") == true)
      // Readers are welcome meanwhile.
      let count = try Cache.open(at: path, for: .reading).trackCount()
      try #require(count == 1)
    }
  }

  @Test func aKilledWriterLeavesWhatItHadStored() async throws {
    let path = folder.cache
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let cache = try Cache.open(at: path, for: .creating)
      try cache.store([try preparedTrack("rock.1")])
      kill(getpid(), SIGKILL)
    }
    let cache = try Cache.open(at: path, for: .creating)
    #expect(try cache.trackRecords().map(\.id) == ["rock.1"])
    #expect(try cache.verify() == [])
  }

  @Test func noSpaceLeftKeepsWhatWasStored() async throws {
    let path = folder.cache
    await #expect(processExitsWith: .success) { [path = path as String] in
      let cache = try Cache.open(at: path, for: .creating)
      try cache.store([try preparedTrack("rock.1")])
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1 << 18, rlim_max: 1 << 18)
      try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let many = try (0..<200).map { try preparedTrack("pop.\($0)") }
      let error = #expect(throws: CacheError.self) { try cache.store(many) }
      #expect(error?.kind == .noSpace)
      #expect(error?.description.contains("free some and run again") == true)
    }
    #expect(try Cache.open(at: path, for: .reading).trackCount() == 1)
  }

  @Test func aReaderDoesNotWrite() throws {
    _ = try Cache.open(at: folder.cache, for: .creating)
    let cache = try Cache.open(at: folder.cache, for: .reading)
    #expect(kind { try cache.store([try preparedTrack("rock.1")]) } == .readOnly)
    #expect(kind { try cache.putSplit(name: "a", json: []) } == .readOnly)
  }
}
