import Corpus
import DatasetCache
import Preparation
import Testing

/// Tracks that somebody leaves out by their ids.
@Suite struct ExclusionTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
  }

  private func prepare(
    without ids: [String], manifest: Manifest? = nil, sink: Recorder = Recorder()
  ) throws -> PreparationSummary {
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    preparation.manifest = manifest
    preparation.exclusions = ids
    return try preparation.run(progress: sink)
  }

  @Test func anExcludedTrackIsListedAndNothingOfItIsLeft() throws {
    try folder.prepare()
    let sink = Recorder()
    let summary = try prepare(without: ["jazz.00001"], sink: sink)
    #expect(sink.reasons == ["drop 1 track: excluded"] && sink.overview?.losses == [])
    #expect(summary.tracks == 3 && summary.quarantine == [])
    #expect(summary.dropped.map(\.track.id) == ["jazz.00001"])
    #expect(summary.dropped.map(\.reason) == [.excluded])
    do {
      let cache = try folder.open()
      #expect(try cache.card()?.dropped == summary.dropped && cache.pendingTracks() == 0)
      #expect(try cache.trackRecord("jazz.00001") == nil && cache.verify() == [])
      #expect(try cache.choices()?.exclusions == ["jazz.00001"])
    }
    let again = Recorder()
    _ = try prepare(without: ["jazz.00001"], sink: again)
    #expect(again.reasons == [])
    #expect(try prepare(without: []).prepared == 1)
  }

  @Test func whatNoTrackIsCalledIsRefusedWithNearNames() throws {
    let error = #expect(throws: PreparationError.self) {
      try prepare(without: ["jazz.0001", "nothing like it"])
    }
    let text = try #require(error?.description)
    #expect(text.contains("the id jazz.0001 (nor 1 other id); near: jazz.00001, jazz.00000"))
    // One that was excluded and has gone since is no error.
    _ = try prepare(without: ["jazz.00001"])
    try folder.remove("jazz/jazz.00001.wav")
    #expect(try prepare(without: ["jazz.00001"]).dropped == [])
  }

  /// A copy is dropped because the original is there: where that is excluded, the copy is used.
  @Test func theCopyOfAnExcludedTrackIsUsed() throws {
    let tracks = ["blues.00000", "blues.00001"].map { id in
      Track(
        id: id, path: "blues/\(id).wav", label: "blues",
        faults: id == "blues.00001" ? [Fault(.replica, source: "S", of: "blues.00000")] : [])
    }
    let manifest = try Manifest(name: "club", labels: ["blues"], tracks: tracks)
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    try preparation.recipe.faults.choose(.drop, for: .replica)
    preparation.manifest = manifest
    let whole = try preparation.run(progress: Recorder())
    #expect(whole.dropped.map(\.reason) == [.fault(.replica)])
    preparation.exclusions = ["blues.00000"]
    let summary = try preparation.run(progress: Recorder())
    #expect(summary.dropped.map(\.track.id) == ["blues.00000"])
    #expect(try folder.open().trackRecords().map(\.id) == ["blues.00001"])
  }
}
