import DatasetCache
import Exporting
import Foundation
import LMDBStore
import Safetensors
import Synchronization
import TestSupport
import Testing

/// What is read in many calls, beside a writer.
@Suite struct SnapshotReadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func describe(_ cache: Cache, recipe: String) throws {
    try cache.describe(
      .init(
        recipeJSON: Array("{\"recipe\":\"\(recipe)\"}".utf8),
        fingerprints: [.features: try fingerprint("\(recipe) features")],
        manifest: .init(name: "gtzan", sha256: "00", tracks: 2),
        columns: [.features: (0..<57).map { "\(recipe)\($0)" }]))
  }

  @Test func aSnapshotStaysAsItWas() throws {
    let cache = try Cache.open(at: folder.cache, for: .creating)
    try cache.store([try preparedTrack("rock.1")])
    try describe(cache, recipe: "one")
    let then = try cache.snapshot()
    try cache.store([try preparedTrack("rock.1", recipe: "two"), try preparedTrack("pop.1")])
    try describe(cache, recipe: "two")
    try cache.putSplit(name: "new", json: [1])

    #expect(try then.trackRecords().map(\.id) == ["rock.1"])
    #expect(try then.fingerprints() == [.features: try fingerprint("one features")])
    #expect(try then.description()?.columns[.features]?.first == "one0")
    #expect(try then.floats(of: .features, track: "rock.1") != nil)
    #expect(try then.splitNames() == [] && then.summary().tracks == 1)
    #expect(try then.snapshot() === then)
    #expect(kind { try then.putSplit(name: "x", json: [1]) } == .readOnly)
    #expect(try cache.snapshot().trackCount() == 2)
  }

  @Test func verifyIsRightBesideAWriter() throws {
    let path = folder.cache
    let writer = try Cache.open(at: path, for: .creating, initialMapSize: 1 << 26)
    try writer.store([try preparedTrack("rock.0")])
    let isDone = Atomic(false)
    let failure = Mutex<(any Error)?>(nil)
    let found = Mutex<[CacheProblem]>([])
    // Tracks come, change their recipe and go; databases are made meanwhile.
    let thread = Thread {
      do {
        for round in 0..<40 {
          try writer.store([
            try preparedTrack("rock.\(round % 5)", recipe: "\(round % 7)"),
            try preparedTrack("pop.\(round)", views: [.features, .mel]),
          ])
          try writer.remove(tracks: ["pop.\(round - 3)"])
        }
      } catch {
        failure.withLock { $0 = error }
      }
      isDone.store(true, ordering: .releasing)
    }
    thread.start()
    var rounds = 0
    while !isDone.load(ordering: .acquiring) || rounds == 0 {
      let problems = try writer.verify()
      found.withLock { $0 += problems }
      rounds += 1
    }
    #expect(failure.withLock { $0 } == nil)
    #expect(found.withLock { $0 } == [])
    #expect(try writer.verify() == [])
  }

  @Test func aTableIsOfOneRecipe() throws {
    let cache = try Cache.open(at: folder.cache, for: .creating)
    try cache.store([try preparedTrack("pop.1"), try preparedTrack("rock.1")])
    try describe(cache, recipe: "one")
    let expected = try lines(try FeatureTable(.features, of: cache))
    let table = try FeatureTable(.features, of: cache)
    var seen: [String] = []
    try table.forEachTrack { lines in
      seen += lines
      // The profile changes while the table is written.
      try? cache.store([
        try preparedTrack("pop.1", recipe: "two"), try preparedTrack("rock.1", recipe: "two"),
      ])
      try? describe(cache, recipe: "two")
    }
    #expect(seen == expected && seen.count == 4)
    #expect(table.columns.first == "one0")
    #expect(try FeatureTable(.features, of: cache).columns.first == "two0")
  }

  private func lines(_ table: FeatureTable) throws -> [String] {
    var all: [String] = []
    try table.forEachTrack { all += $0 }
    return all
  }

  @Test func aDamagedValueEndsATableAndLeavesNoFile() throws {
    do {
      let cache = try Cache.open(at: folder.cache, for: .creating)
      try cache.store([try preparedTrack("pop.1"), try preparedTrack("rock.1")])
      try describe(cache, recipe: "one")
    }
    let name = "features/\(try fingerprint("one features").hex)"
    try Environment(path: "\(folder.cache)/shard-00000.lmdb").write {
      transaction throws(StoreError) in
      let database = try transaction.database(named: name)
      var bytes = copied(try transaction.value(for: "rock.1", in: database))
      bytes[bytes.count - 3] ^= 4
      try transaction.put(bytes, for: "rock.1", in: database)
    }
    let cache = try Cache.open(at: folder.cache, for: .reading)
    #expect(kind { _ = try cache.floats(of: .features, track: "rock.1") } == .damaged)
    #expect(try cache.floats(of: .features, track: "pop.1") != nil)
    let output = "\(folder.path)/table.csv"
    let error = #expect(throws: ExportError.self) {
      _ = try TableFile.write(try FeatureTable(.features, of: cache), to: output)
    }
    #expect(error?.description.contains("'rock.1' in '\(name)'") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["cache"])
  }

  @Test(arguments: [false, true])
  func numbersThatAreNotFiniteAreFoundAndTakenOut(_ inHalves: Bool) throws {
    let cache = try Cache.open(at: folder.cache, for: .creating)
    var broken = try preparedTrack("rock.1")
    var rows = [Float](repeating: 1, count: 2 * 57)
    rows[57 + 18] = .nan
    broken.values[0].tensors = [
      inHalves
        ? Tensor("rows", shape: [2, 57], rows.map { Float16($0) })
        : Tensor("rows", shape: [2, 57], rows)
    ]
    try cache.store([broken, try preparedTrack("pop.1")])
    let problems = try cache.verify()
    #expect(
      problems == [
        CacheProblem(
          kind: .notFinite, database: "features/\(try fingerprint("one features").hex)",
          key: "rock.1", detail: "the number at [1, 18] of its rows is not finite")
      ])
    #expect(try cache.repair(problems) == ["rock.1"])
    #expect(try cache.verify() == [] && cache.trackCount() == 1)
  }
}
