import Corpus
import DatasetCache
import LMDBStore
import Testing

@Suite struct KeptStatisticsTests {
  let made: MadeCache
  let statistics = SampleStatistics(
    axis: .overall, samples: 12, means: [0.25], deviations: [1.5])

  init() throws {
    made = try MadeCache(tracks: 20)
    try Cache.open(at: made.path, for: .writing).putSplit(try made.split())
  }

  private func samples(
    _ access: Cache.Access = .loading, view: View = .mel, side: String = "train"
  ) throws -> CacheSamples {
    try Cache.open(at: made.path, for: access).samples(view: view, split: "half", side: side)
  }

  @Test func aLoaderKeepsThemForTheNextOne() throws {
    let digest = try Cache.open(at: made.path, for: .reading).digest()
    do {
      let samples = try samples()
      #expect(samples.keptStatistics(.overall) == nil)
      samples.keep(statistics)
      #expect(samples.keptStatistics(.overall) == statistics)
      #expect(samples.keptStatistics(.first) == nil)
    }
    #expect(try samples(.reading).keptStatistics(.overall) == statistics)
    #expect(try samples().keptStatistics(.overall) == statistics)
    #expect(try samples(side: "test").keptStatistics(.overall) == nil)
    #expect(try samples(view: .features).keptStatistics(.overall) == nil)
    #expect(try Cache.open(at: made.path, for: .reading).digest() == digest)
  }

  @Test func aWriterKeepsThemToo() throws {
    try samples(.writing).keep(statistics)
    #expect(try samples().keptStatistics(.overall) == statistics)
  }

  @Test func theyGoWithTheirSplitAndWithTheTracks() throws {
    try samples().keep(statistics)
    let other = try Split.make(
      try SplitPlan(policy: .stratified, seed: 8, division: .ratios([0.6, 0.4]), name: "half"),
      tracks: made.tracks.map { SplitTrack(id: $0.id, label: $0.label) })
    try Cache.open(at: made.path, for: .writing).putSplit(other)
    #expect(try samples().keptStatistics(.overall) == nil)

    try samples().keep(statistics)
    try Cache.open(at: made.path, for: .writing).remove(tracks: [made.tracks[0].id])
    #expect(try samples().keptStatistics(.overall) == nil)
  }

  @Test func aChangedNumberIsNotTaken() throws {
    try samples().keep(statistics)
    #expect(try Cache.open(at: made.path, for: .reading).verify() == [])
    do {
      let store = try Environment(path: "\(made.path)/shard-00000.lmdb")
      try store.write { transaction throws(StoreError) in
        let database = try transaction.database(named: "statistics")
        let key = "half/train/mel/overall"
        var text = ""
        if let kept = try transaction.value(for: key, in: database) {
          text = unsafe kept.withUnsafeBytes { String(decoding: unsafe Array($0), as: UTF8.self) }
        }
        try transaction.put(
          Array(text.replacing("0.25", with: "0.75").utf8), for: key, in: database)
      }
    }
    #expect(try samples().keptStatistics(.overall) == nil)
    let cache = try Cache.open(at: made.path, for: .writing)
    let problems = try cache.verify()
    #expect(problems.map(\.database) == ["statistics"])
    try cache.repair(problems)
    #expect(try cache.verify() == [])
  }

  @Test func aSplitThatLostATrackOrCannotBeReadIsFound() throws {
    let cache = try Cache.open(at: made.path, for: .writing)
    #expect(try cache.verify() == [])
    let whole = try #require(try cache.splitJSON(name: "half"))
    let lost = String(decoding: whole, as: UTF8.self)
      .replacing(made.tracks[3].id, with: "nobody")
    for json in [Array(lost.utf8), Array(whole.dropLast(9))] {
      try cache.putSplit(name: "half", json: json)
      try cache.writeCard(made.card)
      let problems = try cache.verify()
      #expect(problems.map { [$0.database, $0.key] } == [["splits", "half"]])
      try cache.repair(problems)
      #expect(try cache.splitNames() == [] && cache.verify() == [])
    }
  }

  @Test func aReaderForgetsThem() throws {
    try samples(.reading).keep(statistics)
    #expect(try samples().keptStatistics(.overall) == nil)
  }

  @Test func whileAnotherProcessWritesTheyAreForgotten() async throws {
    let path = made.path
    let writer = try Cache.open(at: path, for: .writing)
    await #expect(processExitsWith: .success) { [path = path as String] in
      let cache = try Cache.open(at: path, for: .loading)
      let samples = try cache.samples(view: .mel, split: "half", side: "train")
      samples.keep(
        SampleStatistics(axis: .overall, samples: 1, means: [0], deviations: [1]))
      try #require(samples.keptStatistics(.overall) == nil)
    }
    #expect(try writer.trackCount() == 20)
  }

  @Test func aLoadersCacheIsNotWrittenOtherwise() throws {
    let cache = try Cache.open(at: made.path, for: .loading)
    #expect(kind { try cache.store([try made.tracks[0].prepared()]) } == .readOnly)
    #expect(kind { try cache.putSplit(name: "a", json: []) } == .readOnly)
    #expect(kind { try cache.writeIndex() } == .readOnly)
  }
}
