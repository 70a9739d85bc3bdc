import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// What is measured of tracks, which verdicts follow, and what becomes of the tracks.
@Suite struct VerdictTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music(labels: ["blues"])
    let square = (0..<16_000).map { Int16($0 % 80 < 40 ? 32_767 : -32_767) }
    try folder.write(Wave.pcm16(square), "jazz/clipped.wav")
    try folder.write(Wave.pcm16([Int16](repeating: 0, count: 16_000)), "jazz/silent.wav")
    let offset = Wave.notes(seed: 3, count: 16_000).map { $0 / 2 + 8_000 }
    try folder.write(Wave.pcm16(offset), "jazz/offset.wav")
    let rumble = (0..<80_000).map { index -> Int16 in
      let time = Double(index) / Double(Wave.rate)
      return Int16(3_000 * sin(2 * .pi * 10 * time) + 6_000 * sin(2 * .pi * 440 * time))
    }
    try folder.write(Wave.pcm16(rumble), "jazz/rumble.wav")
    let stereo = Wave.notes(seed: 4, count: 16_000).flatMap { [$0, $0] }
    try folder.write(Wave.pcm16(stereo, channels: 2, rate: 16_000), "jazz/stereo.wav")
    try folder.write(Wave.pcm16([Int16](repeating: 900, count: 100)), "jazz/short.wav")
  }

  private func recipe(_ choices: (FaultSubject, FaultPolicy)...) throws -> Recipe {
    var recipe = try Recipe.samplesOnly()
    // The noise of the other tests' music has a mean of 0.03.
    recipe.verdicts.offset = 0.2
    for (subject, policy) in choices { try recipe.faults.choose(policy, for: subject) }
    return recipe
  }

  @discardableResult
  private func run(_ recipe: Recipe) throws -> (summary: PreparationSummary, reasons: [String]) {
    let sink = Recorder()
    return (try folder.prepare(recipe, sink: sink), sink.reasons)
  }

  private func verdicts() throws -> [String: [FaultSubject]] {
    Dictionary(uniqueKeysWithValues: try folder.open().verdicts().map { ($0.id, $0.verdicts) })
  }

  @Test func figuresAreThoseOfTheSignals() throws {
    let (summary, _) = try run(recipe())
    #expect(summary.quarantine.map(\.code) == ["too-short", "silent"])
    let short = try #require(summary.quarantine[0].figures)
    #expect(short.seconds == 0.0125 && short.peak == 0.027_466 && short.offset == 0.027_465_8)
    let silent = try #require(summary.quarantine[1].figures)
    #expect(silent.silent == 1 && silent.level == nil && silent.longestSilence == 2)
    #expect(summary.quarantine[1].hint.contains("--fault silent=keep"))
    let found = try verdicts()
    let cache = try folder.open()
    let clipped = try #require(try cache.trackRecord("clipped")?.figures)
    #expect(clipped.clipped == 1 && clipped.level == 0 && clipped.peak == 0.999_969)
    let offset = try #require(try cache.trackRecord("offset")?.figures)
    #expect(abs(offset.offset - 0.25) < 0.02 && offset.clipped == 0)
    let rumble = try #require(try cache.trackRecord("rumble")?.figures)
    #expect(abs(rumble.infrasonic - 0.2) < 0.001 && rumble.seconds == 10)
    #expect(
      found == [
        "blues.00000": [], "blues.00001": [], "clipped": [.clipped], "silent": [.silent],
        "offset": [.offset], "rumble": [.infrasonic], "stereo": [.otherRate, .otherChannels],
        "short": [.tooShort],
      ])
    let worst = try cache.verdicts().map(\.id)
    #expect(worst.first == "clipped" && worst.suffix(2) == ["blues.00000", "blues.00001"])
  }

  @Test func policiesDropKeepAndQuarantine() throws {
    let (summary, reasons) = try run(
      recipe((.clipped, .drop), (.silent, .keep), (.offset, .quarantine), (.tooShort, .drop)))
    #expect(summary.dropped.map(\.track.id) == ["clipped", "short"])
    #expect(summary.dropped[0].message.contains("has 100.0 % of its samples clipped"))
    #expect(summary.quarantine.map(\.code) == ["offset"])
    #expect(try folder.open().trackRecord("silent") != nil)
    #expect(reasons == ["all views of 8 tracks: new"])
    #expect(summary.faults[.clipped] == FaultEffect(policy: .drop, unused: ["clipped"]))
    #expect(try folder.open().pendingTracks() == 0 && folder.open().verify() == [])
  }

  @Test func aTrackThatWasDroppedForItsFiguresIsNotReadAgain() throws {
    let dropping = try recipe((.clipped, .drop), (.silent, .drop), (.tooShort, .drop))
    try run(dropping)
    let digest = try folder.digest()
    // The short one is tried again: what a slice takes may have changed.
    let again = try run(dropping)
    #expect(again.reasons == ["all views of 1 track: were dropped, looked at again"])
    #expect(try folder.digest() == digest && again.summary.prepared == 0)
    try folder.write(Wave.pcm16(Wave.notes(seed: 9)), "jazz/clipped.wav")
    let mended = try run(dropping)
    #expect(mended.summary.prepared == 1)
    #expect(mended.summary.dropped.map(\.track.id) == ["short", "silent"])
  }

  /// Limits and policies are judged by stored figures: nothing is decoded for them but what comes
  /// back.
  @Test func changedPoliciesAndLimitsOnACache() throws {
    try run(recipe((.silent, .keep)))
    let dropping = try run(recipe((.silent, .drop), (.infrasonic, .quarantine)))
    #expect(
      dropping.reasons == [
        "all views of 1 track: were in quarantine, tried again", "drop 1 track: silent is drop",
        "quarantine 1 track: infrasonic is quarantine",
      ])
    #expect(dropping.summary.prepared == 0)
    #expect(dropping.summary.dropped.map(\.track.id) == ["silent"])
    #expect(Set(dropping.summary.quarantine.map(\.code)) == ["too-short", "infrasonic"])
    var tolerant = try recipe((.silent, .drop), (.infrasonic, .quarantine))
    tolerant.verdicts.infrasonic = 0.5
    let back = try run(tolerant)
    #expect(back.summary.prepared == 1 && back.summary.quarantine.map(\.code) == ["too-short"])
    #expect(try verdicts()["rumble"] == [])
    let fresh = "\(folder.path)/fresh"
    try folder.prepare(tolerant, cache: fresh)
    #expect(try folder.digest() == folder.digest(fresh))
  }

  @Test func unreadableFilesMayBeDropped() throws {
    try folder.write([], "jazz/empty.wav")
    let (summary, _) = try run(recipe((.unreadable, .drop)))
    #expect(summary.dropped.map(\.reason) == [.fault(.unreadable)])
    #expect(summary.quarantine.map(\.code) == ["too-short", "silent"])
    try folder.write(Wave.pcm16(Wave.notes(seed: 9)), "jazz/empty.wav")
    #expect(try run(recipe((.unreadable, .drop))).summary.dropped == [])
  }

  /// A cache of a version that measured nothing: its records get figures, its views stay.
  @Test func recordsWithoutFiguresAreMeasured() throws {
    try folder.remove("jazz")
    try folder.prepare(recipe())
    do {
      let cache = try Cache.open(at: folder.cache, for: .writing)
      for var record in try cache.trackRecords() {
        let stamp = try #require(try cache.stamp(path: record.path))
        record.figures = nil
        try cache.store([PreparedTrack(record: record, stamp: stamp, values: [])])
      }
    }
    let (summary, reasons) = try run(recipe())
    #expect(reasons == ["figures of 2 tracks: not measured before"] && summary.prepared == 0)
    #expect(try folder.open().trackRecords().allSatisfy { $0.figures != nil })
  }

  @Test func onlyTheQuarantinedAreTriedAgain() throws {
    try folder.write(Array("no music".utf8), "jazz/bad.wav")
    try run(recipe())
    try folder.write(Wave.pcm16(Wave.notes(seed: 5)), "jazz/short.wav")
    try folder.remove("jazz/silent.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 6)), "blues/new.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 7)), "blues/blues.00000.wav")
    let before = try folder.open().trackRecord("blues.00000")
    let sink = Recorder()
    let summary = try QuarantineRetry(folder: folder.audio, cachePath: folder.cache)
      .run(progress: sink)
    #expect(sink.reasons == ["all views of 2 tracks: in quarantine"] && summary.prepared == 1)
    let ends = try #require(summary.retried).map { "\($0.path) \($0.outcome.rawValue)" }
    #expect(
      ends == ["jazz/bad.wav quarantined", "jazz/short.wav prepared", "jazz/silent.wav gone"])
    let cache = try folder.open()
    #expect(try cache.trackRecord("new") == nil && cache.trackRecord("blues.00000") == before)
    #expect(try cache.quarantined().map(\.path) == ["jazz/bad.wav", "jazz/silent.wav"])
    #expect(try cache.card()?.quarantine.count == 2 && cache.pendingTracks() == 0)
  }

  @Test func aRetryTakesTheRecipeOfTheCache() throws {
    try run(recipe((.silent, .drop)))
    let retry = QuarantineRetry(folder: folder.audio, cachePath: folder.cache)
    #expect(try retry.run(progress: Recorder()).dropped.map(\.track.id) == ["silent"])
    let missing = QuarantineRetry(folder: folder.audio, cachePath: "\(folder.path)/none")
    let error = #expect(throws: PreparationError.self) { try missing.run(progress: Recorder()) }
    #expect(error?.description.contains("there is nothing") == true)
  }

  @Test func whatARetryLeftAloneHasItsTurnLater() throws {
    try run(recipe())
    try folder.write(Wave.pcm16(Wave.notes(seed: 6)), "blues/new.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 7)), "blues/blues.00000.wav")
    let retry = QuarantineRetry(folder: folder.audio, cachePath: folder.cache)
    #expect(try retry.run(progress: Recorder()).retried?.count == 2)
    let all = try run(recipe())
    #expect(
      all.reasons == [
        "all views of 1 track: new", "all views of 2 tracks: were in quarantine, tried again",
        "content of 1 track: file touched or moved",
      ])
  }

  /// What a manifest says of a file in quarantine is not forgotten with the manifest.
  @Test func aFileThatIsMendedWithoutItsManifestKeepsItsGroup() throws {
    try folder.remove("jazz")
    try folder.write([], "blues/blues.00001.wav")
    let tracks = ["blues.00000", "blues.00001"].map {
      Track(id: $0, path: "blues/\($0).wav", label: "blues", group: "g", artist: "A")
    }
    try folder.prepare(
      recipe(), manifest: try Manifest(name: "club", labels: ["blues"], tracks: tracks))
    try folder.write(Wave.pcm16(Wave.notes(seed: 5)), "blues/blues.00001.wav")
    try run(recipe())
    #expect(try folder.open().trackRecord("blues.00001")?.group == "g")
    #expect(try folder.open().trackRecord("blues.00001")?.artist == "A")
  }

  @Test func manyBadFilesAreStoredTogether() throws {
    for index in 0..<300 { try folder.write([], "jazz/bad\(index).wav") }
    let summary = try run(recipe()).summary
    #expect(summary.quarantine.count == 302 && summary.tracks == 6)
  }
}
