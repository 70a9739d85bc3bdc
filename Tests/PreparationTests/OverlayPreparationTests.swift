import Corpus
import DatasetCache
import Preparation
import Testing

/// What people have corrected, laid over a collection that was prepared before.
@Suite struct OverlayPreparationTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
  }

  private func prepare(
    _ corrections: [Correction], sink: Recorder = Recorder()
  ) throws -> PreparationSummary {
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    preparation.overlay = CollectionOverlay(corrections)
    return try preparation.run(progress: sink)
  }

  @Test func labelsGroupsAndExclusionsReachTheCache() throws {
    _ = try prepare([])
    let corrections = [
      Correction(track: "jazz.00001", labels: ["bebop"], flag: "very fast"),
      Correction(track: "blues.00000", group: "session"),
      Correction(track: "blues.00001", excludes: true),
      Correction(track: "nobody", labels: ["x"]),
    ]
    let sink = Recorder()
    let summary = try prepare(corrections, sink: sink)
    // No value depends on a label.
    #expect(summary.prepared == 0 && summary.dropped.map(\.track.id) == ["blues.00001"])
    #expect(
      sink.overview?.warnings == [
        "the overlay corrects 1 track that the collection does not have: nobody"
      ])
    do {
      let cache = try folder.open()
      let records = try cache.trackRecords()
      #expect(records.map(\.id) == ["blues.00000", "jazz.00000", "jazz.00001"])
      #expect(records.map(\.label) == ["blues", "jazz", "bebop"])
      #expect(records.map(\.group) == ["session", nil, nil])
      #expect(try cache.choices()?.overlay.corrections == corrections)
      #expect(try cache.verify() == [])
    }
    let again = Recorder()
    _ = try prepare(corrections, sink: again)
    #expect(again.reasons == [])
    // Forgotten, it leaves nothing behind: the folders are the labels again.
    #expect(try prepare([]).prepared == 1)
    let records = try folder.open().trackRecords()
    #expect(records.map(\.label) == ["blues", "blues", "jazz", "jazz"])
    #expect(records.allSatisfy { $0.group == nil })
  }
}
