import Corpus
import DatasetCache
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
