import Corpus
import DataLoading
import DatasetCache
import Foundation
import Preparation
import Testing

/// Tracks with several labels from the manifest to the cache, its splits and its batches.
@Suite struct TagPreparationTests {
  private let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    for (index, name) in ["a", "b", "c", "d"].enumerated() {
      try folder.write(Wave.pcm16(Wave.notes(seed: index)), "\(name).wav")
    }
  }

  private func manifest(_ tags: [String: TrackTags]) throws -> Manifest {
    try Manifest(
      name: "club", labels: ["guitar", "rock", "slow", "unused"],
      tracks: tags.map { Track(id: $0.key, path: "\($0.key).wav", label: "", tags: $0.value) })
  }

  private let tags = [
    "a": TrackTags(["rock", "guitar"]), "b": TrackTags(["slow": 0.25, "rock": 1]),
    "c": TrackTags(["slow"]), "d": TrackTags(),
  ]

  @Test func labelsAndWeightsReachTheBatches() throws {
    let summary = try folder.prepare(.small(), manifest: manifest(tags))
    #expect(summary.tracks == 4)
    let cache = try folder.open()
    #expect(try cache.trackRecord("b")?.tags == tags["b"])
    #expect(try cache.card()?.labels == ["guitar": 1, "rock": 2, "slow": 2])
    #expect(try cache.verify() == [] && cache.cardProblems() == [])
    let samples = try cache.samples(view: .features)
    #expect(samples.isTagged && samples.labels == ["guitar", "rock", "slow"])
    var expected: [String: [Float]] = [:]
    for (id, tags) in tags {
      expected[id] = samples.labels.map { label in
        tags.names.firstIndex(of: label).map { tags.weights[$0] } ?? 0
      }
    }
    var configuration = LoaderConfiguration()
    configuration.batchSize = 3
    configuration.epochs = 1
    let loader = try Loader(samples, configuration: configuration)
    #expect(loader.isTagged)
    var rows: [String: [Float]] = [:]
    while let batch = try loader.next() {
      for row in 0..<batch.count {
        let track = batch.tracks[row]
        let id = try #require(loader.trackID(track))
        rows[id] = (0..<3).map { batch.labelDistributions[row * 3 + $0] }
        #expect(batch.labels[row] == -1)
      }
    }
    #expect(rows == expected)
  }

  @Test func tracksWithoutALabelAreOnNoSide() throws {
    try folder.prepare(
      .small(), manifest: manifest(tags), split: SplitPlan(seed: 1, division: .folds(3)))
    let cache = try folder.open()
    let name = try #require(try cache.splitNames().first)
    let split = try #require(try cache.split(named: name))
    #expect(Set(split.assignment.keys) == ["a", "b", "c"])
  }

  @Test func otherLabelsAreNoticedAndNothingIsComputedAgain() throws {
    try folder.prepare(.small(), manifest: manifest(tags))
    var changed = tags
    changed["c"] = TrackTags(["slow": 0.5])
    let summary = try folder.prepare(.small(), manifest: manifest(changed))
    #expect(summary.prepared == 0)
    let cache = try folder.open()
    #expect(try cache.trackRecord("c")?.tags == changed["c"])
    // The weights are those of now, also in the index.
    let samples = try cache.samples(view: .features)
    var found: [Float] = []
    for sample in 0..<samples.count where samples.trackID(samples.location(of: sample).track) == "c"
    {
      samples.forEachLabel(of: sample) { found.append($1) }
    }
    #expect(found.allSatisfy { $0 == 0.5 } && !found.isEmpty)
  }

  @Test func shardsOfTaggedTracksAreMerged() throws {
    for index in 0..<3 {
      var part = Preparation(folder: folder.audio, cachePath: folder.cache)
      part.recipe = try .small()
      part.manifest = try manifest(tags)
      part.shard = Shard(index, of: 3)
      try part.run(progress: Recorder())
    }
    let merged = try ShardMerge(cachePath: folder.cache).run()
    #expect(merged.labels == ["guitar": 1, "rock": 2, "slow": 2])
    let whole = "\(folder.path)/whole"
    try folder.prepare(.small(), cache: whole, manifest: manifest(tags))
    #expect(try folder.digest() == folder.digest(whole))
    #expect(try folder.open().samples(view: .features).isTagged)
  }
}
