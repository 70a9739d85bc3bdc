import DatasetCache
import LMDBStore
import Safetensors
import TestSupport
import Testing

@Suite struct CacheContentTests {
  let folder: TemporaryFolder
  let cache: Cache

  init() throws {
    folder = try TemporaryFolder()
    // Small, so that the map grows within batches.
    cache = try Cache.open(at: folder.cache, for: .creating, initialMapSize: 1 << 17)
  }

  @Test func aTrackComesBackWhole() throws {
    let track = try preparedTrack("rock.1")
    try cache.store([track])
    #expect(try cache.trackRecord("rock.1") == track.record)
    #expect(try cache.trackRecord("rock.2") == nil)
    #expect(try cache.trackRecord("") == nil)
    #expect(try cache.stamp(path: "rock.1.wav") == track.stamp)
    #expect(
      try cache.slices(of: .features, track: "rock.1")
        == SliceIndex(count: 2, length: 300, hop: 350, frames: 700))
    #expect(try cache.slices(of: .mel) == [:])

    let rows = try #require(try cache.floats(of: .features, track: "rock.1"))
    #expect(rows.shape == [2, 57])
    #expect(Tensor("rows", shape: rows.shape, rows.values) == track.values[0].tensors[0])
    #expect(try cache.floats(of: .mel, track: "rock.1") == nil)
    #expect(try cache.floats(of: .features, track: "rock.1", tensor: "other") == nil)

    let value = try #require(
      try cache.withValue(
        of: .waveform, fingerprint: try fingerprint("one waveform"), track: "rock.1", copied))
    let expected = try SafetensorsWriter(
      tensors: track.values[1].tensors,
      metadata: [
        "track": "rock.1", "view": "waveform",
        "fingerprint": try fingerprint("one waveform").hex,
      ])
    #expect(value == expected.bytes())
    #expect(try cache.verify() == [])
  }

  @Test func manyValuesAreLentInTheOrderAsked() throws {
    let ids = ["b.1", "a.1", "c.1"]
    try cache.store(try ids.map { try preparedTrack($0) })
    var order: [Int] = []
    try cache.withValues(
      of: .features, fingerprint: try fingerprint("one features"),
      tracks: ["c.1", "missing", "a.1"]
    ) { index, value in
      order.append(index)
      #expect((try? SafetensorsHeader(of: value)) != nil)
    }
    #expect(order == [0, 2])
    #expect(try cache.trackRecords().map(\.id) == ["a.1", "b.1", "c.1"])
  }

  @Test func theDigestDoesNotDependOnTheOrderOfWrites() throws {
    var generator = SeededGenerator(seed: 5)
    let tracks = try (0..<40).map { try preparedTrack("pop.\($0)", views: View.allCases) }
    try cache.store(tracks)
    try cache.putSplit(name: "first", json: Array("{}".utf8))
    let expected = try cache.digest()
    #expect(expected.utf8.count == 64)

    for (round, batch) in [1, 7, 40].enumerated() {
      let other = try Cache.open(at: "\(folder.path)/other\(round)", for: .creating)
      try other.putSplit(name: "first", json: Array("{}".utf8))
      var rest = tracks.shuffled(using: &generator)
      // Another stamp: sources are not part of the digest. Detours leave no trace.
      rest = rest.map { track in
        var track = track
        track.stamp.modifiedNanoseconds += Int64(round)
        return track
      }
      try other.store([try preparedTrack("gone.1")])
      while !rest.isEmpty {
        try other.store(Array(rest.prefix(batch)))
        rest.removeFirst(min(batch, rest.count))
      }
      try other.remove(tracks: ["gone.1", "never.1", ""])
      #expect(try other.digest() == expected)
    }

    try cache.store([try preparedTrack("pop.40")])
    #expect(try cache.digest() != expected)
  }

  @Test func aBatchIsAllOrNothing() throws {
    var broken = try preparedTrack("rock.2")
    broken.values.removeLast()
    #expect(kind { try cache.store([try preparedTrack("rock.1"), broken]) } == .missingValue)
    #expect(try cache.trackCount() == 0)
    #expect(try cache.verify() == [])

    var unnamed = try preparedTrack("rock.3")
    unnamed.record.views[.waveform] = nil
    #expect(kind { try cache.store([unnamed]) } == .missingValue)

    var misshapen = try preparedTrack("rock.4")
    misshapen.values[0].tensors = [Tensor("rows", shape: [3], [1] as [Float])]
    #expect(kind { try cache.store([misshapen]) } == .invalidTensors)

    var nameless = try preparedTrack("rock.5")
    nameless.record.id = ""
    #expect(kind { try cache.store([nameless]) } == .badIdentifier)
    nameless.record.id = String(repeating: "x", count: 512)
    #expect(kind { try cache.store([nameless]) } == .badIdentifier)
    #expect(try cache.trackCount() == 0)
  }

  @Test func aChangedRecipeReplacesOnlyItsView() throws {
    try cache.store([try preparedTrack("rock.1")])
    var changed = try preparedTrack("rock.1", recipe: "two")
    changed.record.views[.waveform] = try fingerprint("one waveform")
    changed.values.removeAll { $0.view == .waveform }
    try cache.store([changed])

    let old = try cache.withValue(
      of: .features, fingerprint: try fingerprint("one features"), track: "rock.1", copied)
    #expect(old == nil)
    #expect(try cache.floats(of: .features, track: "rock.1") != nil)
    #expect(try cache.floats(of: .waveform, track: "rock.1") != nil)
    #expect(try cache.verify() == [])
  }

  @Test func staleViewsGo() throws {
    try cache.store([try preparedTrack("rock.1"), try preparedTrack("pop.1")])
    try cache.describe(
      .init(
        recipeJSON: Array("{\"a\":1}".utf8),
        fingerprints: [
          .features: try fingerprint("one features"), .waveform: try fingerprint("one waveform"),
        ], manifest: .init(name: "gtzan", sha256: "00", tracks: 2)))
    #expect(try cache.summary().staleDatabases == [])
    let dropped = try cache.dropStaleViews(keeping: [.waveform: try fingerprint("one waveform")])
    #expect(dropped == ["features/\(try fingerprint("one features").hex)"])
    #expect(try cache.trackRecord("rock.1")?.views.keys.map(\.rawValue) == ["waveform"])
    #expect(try cache.slices(of: .features) == [:])
    #expect(try cache.fingerprints().keys.map(\.rawValue) == ["waveform"])
    #expect(try cache.floats(of: .waveform, track: "pop.1") != nil)
    #expect(try cache.verify() == [])
    try cache.store([try preparedTrack("rock.1", recipe: "two")])
    #expect(try cache.summary().staleDatabases.count == 2)
    #expect(try cache.verify() == [])
  }

  @Test func aFileIsEitherATrackOrInQuarantine() throws {
    let record = QuarantineRecord(
      id: "rock.1", path: "rock.1.wav", label: "rock", code: "not-audio",
      message: "it is no audio", hint: "copy it again")
    let stamp = SourceStamp(byteCount: 3, modifiedNanoseconds: 4)
    try cache.store([try preparedTrack("rock.1")])
    try cache.quarantine(record, stamp: stamp)
    #expect(try cache.quarantined() == [record])
    #expect(try cache.stamp(path: "rock.1.wav") == stamp)
    #expect(try cache.trackCount() == 0)
    #expect(try cache.verify() == [])

    try cache.store([try preparedTrack("rock.1")])
    #expect(try cache.quarantined() == [])
    #expect(try cache.trackCount() == 1)

    // A second file of the same id does not touch the track.
    var second = record
    second.path = "rock.1.au"
    try cache.quarantine(second)
    #expect(try cache.trackCount() == 1)
    #expect(try cache.stamp(path: "rock.1.au") == nil)
    var long = record
    long.path = String(repeating: "é/", count: 600)
    try cache.quarantine(long, stamp: stamp)
    #expect(try cache.quarantined().map(\.path).sorted() == [second.path, long.path].sorted())
    #expect(try cache.stamp(path: long.path) == stamp)
    try cache.removeFromQuarantine(paths: [long.path, second.path])
    #expect(try cache.quarantined() == [])
  }

  @Test func aMovedFileLeavesNoStamp() throws {
    try cache.store([try preparedTrack("rock.1", path: "old/rock.1.wav")])
    try cache.store([try preparedTrack("rock.1", path: "new/rock.1.wav", computed: [])])
    #expect(try cache.stamp(path: "old/rock.1.wav") == nil)
    #expect(try cache.stamp(path: "new/rock.1.wav") != nil)
  }

  @Test func removedTracksLeaveNothing() throws {
    let empty = try cache.digest()
    try cache.store([try preparedTrack("rock.1", views: View.allCases)])
    try cache.remove(tracks: ["rock.1"])
    #expect(try cache.digest() == empty)
    #expect(try cache.stamp(path: "rock.1.wav") == nil)
  }

  @Test func splitsDescriptionAndSummaryComeBack() throws {
    #expect(try cache.description() == nil)
    #expect(try cache.splitJSON(name: "a") == nil)
    try cache.putSplit(name: "b", json: [1])
    try cache.putSplit(name: "a", json: [2])
    try cache.putSplit(name: "b", json: [3])
    #expect(try cache.splitNames() == ["a", "b"])
    #expect(try cache.splitJSON(name: "b") == [3])
    #expect(try cache.removeSplit(name: "b"))
    #expect(try !cache.removeSplit(name: "b"))

    try cache.store([try preparedTrack("rock.1"), try preparedTrack("pop.1")])
    let description = CacheDescription(
      recipeJSON: Array("{\"a\":1}".utf8),
      fingerprints: [.features: try fingerprint("one features")],
      manifest: .init(name: "gtzan", sha256: "00", tracks: 2))
    try cache.describe(description)
    #expect(try cache.description() == description)
    let summary = try cache.summary()
    #expect(summary.tracks == 2 && summary.labels == ["rock": 1, "pop": 1])
    #expect(summary.views[.features]?.slices == 4)
    #expect(summary.views[.features]?.tracks == 2)
    #expect(summary.bytes > 0 && summary.quarantined == 0)
    #expect(summary.staleDatabases == ["waveform/\(try fingerprint("one waveform").hex)"])
  }

  @Test func theCardComesBack() throws {
    #expect(try cache.card() == nil)
    let card = Card(
      name: "gtzan", manifest: .init(name: "gtzan", sha256: "00", tracks: 2), recipe: "{}",
      fingerprints: [.mel: try fingerprint("m")], profile: "librosa-0.8", tracks: 1,
      labels: ["rock": 1], slices: [.mel: 10], splits: ["a": ["train": 1]], bytes: 1,
      quarantine: [], licence: nil, citations: ["a/b"], versions: ["lathe": "0.1"])
    try cache.writeCard(card)
    #expect(try cache.card() == card)
    writeFile(Array("{".utf8), to: "\(folder.cache)/card.json")
    #expect(kind { _ = try cache.card() } == .invalidRecord)
    try cache.writeCard(card)
    #expect(try cache.card() == card)
  }
}

@Suite struct CacheVerifyTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Cache.open(at: folder.cache, for: .creating).store(
      [try preparedTrack("pop.1"), try preparedTrack("rock.1")])
  }

  /// Changes the shard behind the cache's back.
  private func meddle(
    _ body: (inout WriteTransaction) throws(StoreError) -> Void
  ) throws -> [CacheProblem] {
    try Environment(path: "\(folder.cache)/shard-00000.lmdb").write(body)
    return try Cache.open(at: folder.cache, for: .reading).verify()
  }

  @Test func aFlippedBitIsFound() throws {
    let name = "waveform/\(try fingerprint("one waveform").hex)"
    let problems = try meddle { transaction throws(StoreError) in
      let database = try transaction.database(named: name)
      var bytes = copied(try transaction.value(for: "rock.1", in: database))
      bytes[bytes.count - 100] ^= 1
      try transaction.put(bytes, for: "rock.1", in: database)
    }
    #expect(problems.map(\.key) == ["rock.1"])
    #expect(problems.map(\.kind) == [.damaged])
    #expect(problems.first?.database == name)
    #expect(problems.first?.description.contains("checksum") == true)
  }

  @Test func aValueUnderAnotherTrackIsFound() throws {
    let name = "features/\(try fingerprint("one features").hex)"
    let problems = try meddle { transaction throws(StoreError) in
      let database = try transaction.database(named: name)
      let bytes = copied(try transaction.value(for: "rock.1", in: database))
      try transaction.put(bytes, for: "pop.1", in: database)
    }
    #expect(problems.map(\.detail) == ["it does not have its checksum"])
  }

  @Test func missingAndOrphanedValuesAreFound() throws {
    let name = "features/\(try fingerprint("one features").hex)"
    let problems = try meddle { transaction throws(StoreError) in
      try transaction.delete("pop.1", in: try transaction.database(named: name))
      try transaction.delete("rock.1", in: try transaction.database(named: "tracks"))
    }
    #expect(problems.contains { $0.kind == .missing && $0.key == "pop.1" && $0.database == name })
    #expect(problems.contains { $0.kind == .orphaned && $0.key == "rock.1" })
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(try cache.repair(problems) == ["pop.1", "rock.1"])
    #expect(try cache.verify().isEmpty && cache.trackRecords().isEmpty)
  }

  @Test func aDamagedRecordIsFoundAndNamed() throws {
    let problems = try meddle { transaction throws(StoreError) in
      try transaction.put([123], for: "rock.1", in: try transaction.database(named: "tracks"))
    }
    #expect(problems.contains { $0.kind == .damaged && $0.database == "tracks" })
    #expect(problems.allSatisfy { $0.key == "rock.1" })
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(kind { _ = try cache.trackRecord("rock.1") } == .damaged)
    // Storing the track again repairs it.
    try cache.store([try preparedTrack("rock.1")])
    #expect(try cache.verify() == [])
  }
}
