import Corpus
import DatasetCache
import Preparation
import Testing

/// Groups, artists and published splits on their way from a manifest into a cache and its card.
@Suite struct SplitPolicyTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music(count: 4)
  }

  /// Two artists a label: the even tracks are Ann's, the odd ones Bob's.
  private func manifest(_ change: (inout Track) -> Void = { _ in }) throws -> Manifest {
    let tracks = ["blues", "jazz"].flatMap { label in
      (0..<4).map { number in
        let artist = number.isMultiple(of: 2) ? "Ann" : "Bob"
        var track = Track(
          id: "\(label).0000\(number)", path: "\(label)/\(label).0000\(number).wav", label: label,
          artist: "\(artist) of \(label)", title: "Song \(number)")
        change(&track)
        return track
      }
    }
    return try Manifest(name: "club", labels: ["blues", "jazz"], tracks: tracks)
  }

  private let halves = SplitPlan.Division.ratios([0.5, 0.5])

  @Test func artistsReachTheRecordsAndTheSplit() throws {
    let plan = try SplitPlan(policy: .grouped, seed: 1, division: halves)
    let summary = try folder.prepare(manifest: manifest(), split: plan)
    let cache = try folder.open()
    let record = try #require(try cache.trackRecord("jazz.00003"))
    #expect(record.artist == "Bob of jazz" && record.title == "Song 3")
    let audit = try #require(try cache.audit(split: plan.name))
    #expect(audit.highestPercent == 0 && audit.sides.map(\.tracks) == [4, 4])
    #expect(summary.audits == [plan.name: audit.summary])
    #expect(try cache.card()?.audits == summary.audits)
  }

  @Test func leaksAreInTheCard() throws {
    let plan = try SplitPlan(policy: .slices, seed: 1, division: halves)
    let summary = try folder.prepare(manifest: manifest(), split: plan)
    let found = try #require(summary.audits[plan.name])
    #expect(found.leaksByDesign && (found.highestPercent[.artists] ?? 0) > 0)
    // Two slices of a second each: some tracks lie on both sides, and are counted there.
    let sides = try #require(try folder.open().card()?.splits[plan.name])
    #expect(sides.values.reduce(0, +) > 8)
  }

  @Test func linksKeepTracksTogether() throws {
    try folder.prepare()
    let cache = try Cache.open(at: folder.cache, for: .writing)
    let links = [("blues.00000", "jazz.00000"), ("jazz.00000", "jazz.00001")]
    for seed in 0..<4 as Range<UInt64> {
      let plan = try SplitPlan(policy: .grouped, seed: seed, division: halves)
      let split = try cache.makeSplit(plan, links: links)
      #expect(
        Set(["blues.00000", "jazz.00000", "jazz.00001"].map { split.assignment[$0] }).count == 1)
      #expect(try cache.audit(split: plan.name, neighbours: links)?.highestPercent == 0)
    }
  }

  @Test func publishedSplitsFollowTheTracks() throws {
    let ids = ["blues.00000", "blues.00003", "jazz.00001", "jazz.00777"]
    let manifest = try Manifest(
      name: "theirs", labels: ["blues", "jazz"],
      tracks: ids.map { id in
        let label = String(id.prefix { $0 != "." })
        return Track(id: id, path: "\(label)/\(id).wav", label: label)
      },
      splits: [
        "theirs": PublishedSplit(sides: ["train": Array(ids[..<2]), "test": Array(ids[2...])])
      ])
    let published = try #require(manifest.publishedSides.first)
    #expect(published.sides.map(\.name) == ["train", "test"])
    func prepare() throws -> PreparationSummary {
      var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
      preparation.recipe = try .samplesOnly()
      preparation.manifest = manifest
      preparation.split = try published.plan()
      return try preparation.run(progress: Recorder())
    }
    try folder.remove("blues/blues.00003.wav")
    #expect(try prepare().splits == ["theirs"])
    #expect(
      try folder.open().split(named: "theirs")?.assignment
        == ["blues.00000": "train", "jazz.00001": "test"])
    try folder.write(Wave.pcm16(Wave.notes(seed: 3)), "blues/blues.00003.wav")
    #expect(try prepare().emptySplits == [])
    #expect(try folder.open().split(named: "theirs")?.assignment["blues.00003"] == "train")
    // Without the manifest the split stays as it is, for the tracks there are.
    try folder.remove("blues/blues.00000.wav")
    try folder.prepare()
    #expect(
      try folder.open().split(named: "theirs")?.assignment
        == ["blues.00003": "train", "jazz.00001": "test"])
  }

  @Test func anArtistThatComesLaterRecomputesNothing() throws {
    try folder.prepare()
    let before = try folder.open().trackRecord("jazz.00001")
    let sink = Recorder()
    let listed = try manifest { track in
      if track.id != "jazz.00001" { (track.artist, track.title) = (nil, nil) }
    }
    try folder.prepare(manifest: listed, sink: sink)
    #expect(sink.reasons == ["records of 1 track: artist or title changed"])
    let after = try folder.open().trackRecord("jazz.00001")
    #expect(after?.artist == "Bob of jazz" && after?.views == before?.views)
    #expect(try folder.open().verify().isEmpty)
  }
}
