import Corpus
import DatasetCache
import LMDBStore
import Safetensors
import TestSupport
import Testing

/// Every record is under a checksum: what another hand changes is found by verify and by whoever
/// reads it.
@Suite struct RecordChecksumTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let plan = "stratified-seed1-0.8-0.1-0.1"

  /// A cache with a record in every database.
  private func make() throws {
    let cache = try Cache.open(at: folder.cache, for: .creating)
    try cache.describe(
      .init(
        recipeJSON: Array("{\"a\":1}".utf8),
        fingerprints: [
          .features: try fingerprint("one features"), .waveform: try fingerprint("one waveform"),
        ], manifest: .init(name: "gtzan", sha256: "00", tracks: 3),
        columns: [.features: ["tempo", "rms"]]))
    try cache.store(try ["jazz.1", "pop.1", "rock.1"].map { try preparedTrack($0) })
    try cache.quarantine(
      QuarantineRecord(
        id: "pop.9", path: "pop.9.wav", label: "pop", code: "not-audio", message: "it is no audio"),
      stamp: .init(byteCount: 3, modifiedNanoseconds: 4))
    try cache.store(
      PreparedBatch(dropped: [
        .init(
          DroppedRecord(
            track: Track(id: "pop.8", path: "pop.8.wav", label: "pop"), reason: .excluded,
            message: "it is silent"))
      ]))
    try cache.keep(.none, among: cache.trackRecords())
    let members = try cache.trackRecords().map { SplitTrack(id: $0.id, label: $0.label) }
    let plan = try SplitPlan(
      policy: .stratified, seed: 1, division: .ratios([0.8, 0.1, 0.1]), name: Self.plan)
    try cache.putSplit(try Split.make(plan, tracks: members))
    try cache.writeIndex()
    #expect(try cache.verify() == [] && cache.hasRecordChecksums())
  }

  /// Changes the shard behind the cache's back.
  private func meddle(
    _ body: (inout WriteTransaction) throws(StoreError) -> Void
  ) throws {
    try Environment(path: "\(folder.cache)/shard-00000.lmdb").write(body)
  }

  /// All databases with their first key and value.
  private func firsts() throws -> [(database: String, key: String, value: [UInt8])] {
    let shard = try Environment(path: "\(folder.cache)/shard-00000.lmdb")
    var all: [(database: String, key: String, value: [UInt8])] = []
    for name in try shard.databaseNames() {
      guard let database = try shard.database(named: name) else { continue }
      try shard.read { transaction throws(StoreError) in
        var cursor = try transaction.cursor(in: database)
        if try cursor.next() { all.append((name, cursor.keyText, copied(cursor.value))) }
      }
    }
    return all
  }

  private func verified() throws -> [CacheProblem] {
    try Cache.open(at: folder.cache, for: .reading).verify()
  }

  private func put(_ value: [UInt8], _ key: String, _ database: String) throws {
    try meddle { transaction throws(StoreError) in
      try transaction.put(value, for: key, in: try transaction.database(named: database))
    }
  }

  @Test func aChangedBitOfAnyRecordIsFoundAndNamed() throws {
    try make()
    let records = try firsts()
    #expect(try verified() == [])
    let names = Set(records.map { $0.database.prefix { $0 != "/" } })
    #expect(
      names == [
        "meta", "tracks", "slices", "features", "waveform", "splits", "neighbours", "quarantine",
        "dropped", "sources", "index", "blocks", "checksums", "totals", "defaults",
        "unfinished",
      ])
    for (database, key, value) in records {
      var changed = value
      changed[changed.count / 3] ^= 1
      if database == "meta" { continue }  // Its first key is of the features' columns; see below.
      try put(changed, key, database)
      let problems = try verified()
      if database == "checksums" {
        #expect(!problems.isEmpty && problems.allSatisfy { $0.key == key }, "\(problems)")
      } else if database == "totals" {
        #expect(problems.map(\.database) == ["totals"], "\(problems)")
      } else {
        #expect(problems.contains { $0.database == database && $0.key == key }, "\(database)")
      }
      try put(value, key, database)
    }
    for key in ["recipe", "manifest", "columns/features", "fingerprint/waveform"] {
      var value: [UInt8] = []
      try meddle { transaction throws(StoreError) in
        let meta = try transaction.database(named: "meta")
        value = copied(try transaction.value(for: key, in: meta))
        var changed = value
        changed[changed.count / 2] ^= 1
        try transaction.put(changed, for: key, in: meta)
      }
      do {
        let cache = try Cache.open(at: folder.cache, for: .reading)
        #expect(try cache.verify().map(\.key) == [key])
        #expect(kind { _ = try cache.description() } == .damaged)
      }
      try put(value, key, "meta")
    }
    #expect(try verified() == [])
  }

  @Test func aChangedLabelReachesNoReader() throws {
    try make()
    try meddle { transaction throws(StoreError) in
      let tracks = try transaction.database(named: "tracks")
      let json = copied(try transaction.value(for: "rock.1", in: tracks))
      let text = String(decoding: json, as: UTF8.self)
      try transaction.put(
        Array(text.replacing("\"label\":\"rock\"", with: "\"label\":\"jazz\"").utf8),
        for: "rock.1", in: tracks)
      try transaction.removeAll(in: try transaction.database(named: "index"))
    }
    let cache = try Cache.open(at: folder.cache, for: .reading)
    let error = #expect(throws: CacheError.self) { _ = try cache.trackRecords() }
    #expect(error?.kind == .damaged && error?.subject == "'rock.1' in 'tracks'")
    #expect(kind { _ = try cache.trackRecord("rock.1") } == .damaged)
    #expect(try cache.trackRecord("pop.1")?.label == "pop")
    #expect(kind { _ = try cache.samples(view: .features) } == .damaged)
    #expect(try cache.soundRecords().tracks.map(\.id) == ["jazz.1", "pop.1"])
    #expect(try cache.soundRecords().damagedTracks == ["rock.1"])
    let problems = try cache.verify()
    #expect(problems.contains { $0.database == "tracks" && $0.key == "rock.1" })
  }

  @Test func aChangedHopOrSeedReachesNoReader() throws {
    try make()
    try meddle { transaction throws(StoreError) in
      let slices = try transaction.database(named: "slices/waveform")
      var index = copied(try transaction.value(for: "pop.1", in: slices))
      index[16] ^= 8
      try transaction.put(index, for: "pop.1", in: slices)
      let splits = try transaction.database(named: "splits")
      let json = copied(try transaction.value(for: Self.plan, in: splits))
      try transaction.put(
        Array(
          String(decoding: json, as: UTF8.self).replacing("\"seed\":1", with: "\"seed\":2").utf8),
        for: Self.plan, in: splits)
    }
    do {
      let cache = try Cache.open(at: folder.cache, for: .reading)
      #expect(kind { _ = try cache.slices(of: .waveform) } == .damaged)
      #expect(kind { _ = try cache.slices(of: .waveform, track: "pop.1") } == .damaged)
      #expect(kind { _ = try cache.split(named: Self.plan) } == .damaged)
      #expect(try cache.splitNames() == [Self.plan])
      #expect(
        Set(try cache.verify().map(\.database)) == ["slices/waveform", "splits"])
    }
    // The split can be made again over it.
    let writing = try Cache.open(at: folder.cache, for: .writing)
    try writing.putSplit(name: Self.plan, json: [1])
    #expect(try writing.splitJSON(name: Self.plan) == [1])
  }

  @Test func recordsThatAreGoneAreMissed() throws {
    try make()
    try meddle { transaction throws(StoreError) in
      try transaction.delete("pop.9.wav", in: try transaction.database(named: "quarantine"))
    }
    do {
      let cache = try Cache.open(at: folder.cache, for: .reading)
      #expect(kind { _ = try cache.quarantined() } == .damaged)
      let problems = try cache.verify()
      #expect(problems.map(\.kind) == [.missing] && problems[0].key == "pop.9.wav")
    }
    // With its checksum gone too, the count is what misses it.
    try meddle { transaction throws(StoreError) in
      try transaction.delete("pop.9.wav", in: try transaction.database(named: "checksums"))
      try transaction.delete("pop.9.wav", in: try transaction.database(named: "sources"))
    }
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(kind { _ = try cache.quarantined() } == .damaged)
    let problems = try cache.verify()
    #expect(problems.map(\.database) == ["totals", "totals"])
    #expect(problems.map(\.key) == ["quarantine", "sources"])
    try cache.repair(problems)
    #expect(try cache.verify() == [] && cache.quarantined() == [])
  }

  @Test func whatIsRepairedIsWholeAgain() throws {
    try make()
    let digest = try Cache.open(at: folder.cache, for: .reading).digest()
    try meddle { transaction throws(StoreError) in
      let tracks = try transaction.database(named: "tracks")
      try transaction.put([1], for: "rock.1", in: tracks)
      try transaction.delete("pop.1", in: tracks)
      try transaction.put(
        [1], for: "jazz.1", in: try transaction.database(named: "checksums"))
    }
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(try cache.repair(cache.verify()) == ["jazz.1", "pop.1", "rock.1"])
    let left = try cache.verify()
    #expect(left.allSatisfy { $0.database == "splits" }, "\(left)")
    try cache.store(try ["rock.1", "jazz.1", "pop.1"].map { try preparedTrack($0) })
    #expect(try cache.verify() == [] && cache.digest() == digest)
  }

  @Test func aCacheOfSchema1IsReadAndCoveredWhenItIsWritten() throws {
    try make()
    let digest = try Cache.open(at: folder.cache, for: .reading).digest()
    try FirstSchema.make(folder.cache)
    do {
      let cache = try Cache.open(at: folder.cache, for: .reading)
      #expect(try !cache.hasRecordChecksums() && cache.trackRecords().count == 3)
      #expect(try cache.verify() == [] && cache.digest() == digest)
    }
    do {
      // A loader keeps statistics and leaves it at that.
      let cache = try Cache.open(at: folder.cache, for: .loading)
      #expect(try !cache.hasRecordChecksums())
    }
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(try cache.hasRecordChecksums() && cache.verify() == [] && cache.digest() == digest)
  }

  @Test func checksumsThatAreGoneAltogetherAreMissed() throws {
    try make()
    try Environment(path: "\(folder.cache)/shard-00000.lmdb").write(excludingReaders: true) {
      transaction throws(StoreError) in
      try transaction.drop(try transaction.database(named: "checksums"))
    }
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .reading) } == .damaged)
    #expect(kind { _ = try Cache.open(at: folder.cache, for: .writing) } == .damaged)
    // Nothing is trusted then but what the card bears out.
    #expect(try Cache.rebuild(at: folder.cache) == nil)
    let cache = try Cache.open(at: folder.cache, for: .writing)
    #expect(try cache.repair(cache.verify()) == ["jazz.1", "pop.1", "rock.1"])
    #expect(try cache.verify() == [] && cache.trackCount() == 0 && cache.description() == nil)
  }

  @Test func whatItIsMadeFromIsTakenFromTheCardWhereThatIsTheSame() throws {
    try make()
    func change(_ key: String, _ name: String) throws {
      try meddle { transaction throws(StoreError) in
        let database = try transaction.database(named: name)
        var value = copied(try transaction.value(for: key, in: database))
        value[value.count - 2] ^= 1
        try transaction.put(value, for: key, in: database)
      }
    }
    func mended(_ key: String) throws -> CacheDescription? {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      #expect(try cache.verify().map(\.key) == [key])
      try cache.repair(cache.verify())
      #expect(try cache.verify() == [])
      return try cache.description()
    }
    var card: Card
    do {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      let known = try #require(try cache.description())
      card = Card(
        name: "gtzan", manifest: known.manifest,
        recipe: String(decoding: known.recipeJSON, as: UTF8.self),
        fingerprints: known.fingerprints, profile: "librosa-0.8", tracks: 3, labels: [:],
        slices: [:], splits: [:], bytes: 1, quarantine: [], licence: nil, citations: [],
        versions: [:])
      try cache.writeCard(card)
    }
    for key in ["recipe", "manifest", "fingerprint/waveform"] {
      try change(key, "meta")
      let found = try mended(key)
      #expect(found?.recipeJSON == Array(card.recipe.utf8) && found?.manifest == card.manifest)
      #expect(found?.fingerprints == card.fingerprints, "\(key)")
    }
    // The checksum itself: card and record are the same.
    try change("recipe", "checksums")
    #expect(try mended("recipe")?.recipeJSON == Array(card.recipe.utf8))
    // The card was changed too.
    try change("recipe", "meta")
    card.recipe = "{}"
    try Cache.open(at: folder.cache, for: .writing).writeCard(card)
    #expect(try mended("recipe") == nil)
  }

  @Test func theChecksumIsTheDocumentedOne() throws {
    try make()
    let shard = try Environment(path: "\(folder.cache)/shard-00000.lmdb")
    func value(_ key: String, _ name: String) throws -> [UInt8] {
      let database = try #require(try shard.database(named: name))
      return try shard.read { transaction throws(StoreError) in
        copied(try transaction.value(for: key, in: database))
      }
    }
    func hash(_ bytes: [UInt8], _ seed: UInt64 = 0) -> UInt64 {
      unsafe bytes.withUnsafeBytes { unsafe XXH3.checksum($0, seed: seed) }
    }
    let (tag, json) = (hash(Array("tracks".utf8)), try value("rock.1", "tracks"))
    let expected = hash(json, hash(Array("rock.1".utf8), tag))
    let pairs = try value("rock.1", "checksums")
    let numbers = stride(from: 0, to: pairs.count, by: 8).map { start in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(pairs[start + $1]) << (8 * UInt64($1)) }
    }
    let index = try #require(numbers.firstIndex(of: tag))
    #expect(index % 2 == 0 && numbers[index + 1] == expected)
    #expect(pairs.count == 16 * 6)  // tracks, two values, their two slices, blocks of the waveform
  }
}
