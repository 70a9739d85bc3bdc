import Corpus
import DatasetCache
import Foundation
import Preparation
import SignalKit
import Testing

/// What a second run does: only what is needed, with the reason.
@Suite struct UpdateTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    try folder.music()
  }

  private func again(_ recipe: Recipe? = nil) throws -> (PreparationSummary, [String]) {
    let sink = Recorder()
    return (try folder.prepare(recipe, sink: sink), sink.reasons)
  }

  @Test func whatIsDoneIsNotDoneAgain() throws {
    try folder.prepare()
    let digest = try folder.digest()
    let (summary, reasons) = try again()
    #expect(summary.prepared == 0 && summary.unchanged == 4 && reasons == [])
    #expect(try folder.digest() == digest)
  }

  @Test func aTrackWhoseNewFileIsUselessIsNotKeptFromItsOldOne() throws {
    try folder.prepare()
    try folder.remove("jazz/jazz.00001.wav")
    try folder.write(Array("no music".utf8), "jazz/jazz.00001.au")
    let (summary, _) = try again()
    #expect(summary.tracks == 3 && summary.quarantine.map(\.path) == ["jazz/jazz.00001.au"])
    #expect(try folder.open().trackRecord("jazz.00001") == nil)
    #expect(try folder.open().verify() == [])
  }

  @Test func aTouchedFileIsReadAgain() throws {
    try folder.prepare()
    try folder.write(Wave.pcm16(Wave.notes(seed: 99)), "jazz/jazz.00001.wav")
    let (summary, reasons) = try again()
    #expect(summary.prepared == 1 && summary.unchanged == 3)
    #expect(reasons == ["content of 1 track: file touched or moved"])
    let values = try #require(try folder.open().floats(of: .waveform, track: "jazz.00001")).values
    #expect(values == Wave.notes(seed: 99).map(Float.init))
  }

  private func touch(_ name: String, _ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: seconds)],
      ofItemAtPath: "\(folder.audio)/\(name)")
  }

  @Test func aTouchedFileOfTheSameContentGetsANewStampAndIsNotComputedAgain() throws {
    try folder.prepare()
    let digest = try folder.digest()
    try touch("jazz/jazz.00001.wav", 1_000_000_000)
    let (summary, reasons) = try again()
    #expect(reasons == ["content of 1 track: file touched or moved"])
    #expect(summary.prepared == 0 && summary.unchanged == 4)
    #expect(try folder.digest() == digest)
    let stamp = try folder.open().stamp(path: "jazz/jazz.00001.wav")
    #expect(stamp?.modifiedNanoseconds == 1_000_000_000_000_000_000)
    #expect(try again().1 == [])
  }

  /// 9,300,000,000 s after 1970 is the year 2264: more nanoseconds than 63 bits hold.
  @Test func aTimeAfter2262IsATimeLikeAnother() throws {
    try touch("jazz/jazz.00001.wav", 9_300_000_000)
    let later = 9_300_000_000 &* Int64(1_000_000_000)
    #expect(try folder.prepare().tracks == 4)
    let stamp = try folder.open().stamp(path: "jazz/jazz.00001.wav")
    #expect(stamp?.modifiedNanoseconds == later && later < 0)
    #expect(try again().1 == [])
  }

  @Test func aFileThatChangedAtEqualSizeAndTimeIsFoundByItsContent() throws {
    try touch("jazz/jazz.00001.wav", 1_000_000_000)
    try folder.prepare()
    try folder.write(Wave.pcm16(Wave.notes(seed: 99)), "jazz/jazz.00001.wav")
    try touch("jazz/jazz.00001.wav", 1_000_000_000)
    #expect(try again().1 == [])
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    preparation.checksContent = true
    let sink = Recorder()
    let summary = try preparation.run(progress: sink)
    #expect(sink.reasons == ["content of 4 tracks: to be checked"])
    #expect(summary.prepared == 1 && summary.unchanged == 3)
    let values = try #require(try folder.open().floats(of: .waveform, track: "jazz.00001")).values
    #expect(values == Wave.notes(seed: 99).map(Float.init))
    #expect(try folder.open().verify() == [])
  }

  @Test func aChangedRecipeComputesOnlyItsViewsAndSaysWhy() throws {
    try folder.prepare(.small())
    var recipe = try Recipe.small()
    recipe.views.mel?.bands = 16
    recipe.views.waveform?.slices = try SliceRule(length: 4_000, hop: 4_000)
    let before = try folder.open().trackRecord("blues.00000")?.views
    let (summary, reasons) = try again(recipe)
    #expect(
      reasons == [
        "mel of 4 tracks: bands 32 → 16", "waveform of 4 tracks: slices.hop 2000 → 4000",
      ])
    #expect(
      summary.slices == [.features: 8, .features30s: 4, .waveform: 8, .mel: 8, .acoustic: 4])
    let cache = try folder.open()
    let after = try cache.trackRecord("blues.00000")?.views
    #expect(before?[.features] == after?[.features] && before?[.mel] != after?[.mel])
    #expect(try cache.floats(of: .mel, track: "blues.00000")?.shape == [2, 16, 16])
    #expect(try cache.summary().staleDatabases == [] && cache.verify() == [])
  }

  @Test func anotherProfileLeavesTheSamples() throws {
    try folder.prepare(.small())
    var recipe = try Recipe.small()
    recipe.profile = .librosa10
    let (_, reasons) = try again(recipe)
    let cause = "of 4 tracks: profile librosa-0.8 → librosa-1.0"
    #expect(reasons == ["features \(cause)", "features-30s \(cause)", "mel \(cause)"])
    #expect(try folder.open().card()?.profile == "librosa-1.0")
  }

  @Test func viewsComeAndGo() throws {
    try folder.prepare()
    let (more, reasons) = try again(.small())
    #expect(reasons.contains("mel of 4 tracks: not in the cache before"))
    #expect(Set(more.slices.keys) == Set(View.allCases))
    let (fewer, none) = try again(.samplesOnly())
    #expect(none == [] && fewer.slices == [.waveform: 12, .acoustic: 4])
    let left = try #require(try folder.open().trackRecord("jazz.00000")).views.keys
    #expect(Set(left) == [.waveform, .acoustic])
    let fresh = "\(folder.path)/fresh"
    try folder.prepare(cache: fresh)
    #expect(try folder.digest() == folder.digest(fresh))
  }

  @Test func aRemovedFilesTrackGoes() throws {
    try folder.prepare(split: SplitPlan(seed: 1, division: .ratios([0.5, 0.5])))
    try folder.remove("jazz/jazz.00000.wav")
    let (summary, _) = try again()
    #expect(summary.removed == 1 && summary.tracks == 3)
    let cache = try folder.open()
    #expect(try cache.trackRecord("jazz.00000") == nil && cache.verify() == [])
    let split = try #require(try cache.split(named: summary.splits[0]))
    #expect(Set(split.assignment.keys) == ["blues.00000", "blues.00001", "jazz.00001"])
  }

  @Test func aNewTrackIsAddedToEverySplit() throws {
    try folder.prepare(split: SplitPlan(seed: 1, division: .ratios([0.5, 0.5])))
    try folder.prepare(split: SplitPlan(seed: 7, division: .folds(2), name: "two"))
    try folder.write(Wave.pcm16(Wave.notes(seed: 50)), "pop/pop.00000.wav")
    let (summary, reasons) = try again()
    #expect(reasons == ["all views of 1 track: new"] && summary.splits.count == 2)
    for name in summary.splits {
      #expect(try folder.open().split(named: name)?.assignment["pop.00000"] != nil)
    }
    #expect(try folder.open().card()?.splits["two"]?.values.reduce(0, +) == 5)
  }

  @Test func aSplitThatNoLongerFitsWaitsForItsTracks() throws {
    try folder.prepare(split: SplitPlan(seed: 1, division: .folds(4), name: "four"))
    try folder.remove("jazz/jazz.00000.wav")
    let (summary, _) = try again()
    #expect(summary.emptySplits.count == 1 && summary.emptySplits[0].contains("4 folds of 3"))
    #expect(try folder.open().split(named: "four")?.assignment == [:])
    try folder.write(Wave.pcm16(Wave.notes(seed: 31)), "jazz/jazz.00000.wav")
    #expect(try again().0.emptySplits == [])
    #expect(try folder.open().split(named: "four")?.assignment.count == 4)
  }

  /// `jazz/01.wav` is `01` until there is a `rock/01.wav`; then both have their folder in their id.
  @Test func idsThatChangeAreComputedOnce() throws {
    try folder.write(Wave.pcm16(Wave.notes(seed: 8)), "one/01.wav")
    let other = try MusicFolder()
    try other.write(Wave.pcm16(Wave.notes(seed: 8)), "jazz/01.wav")
    try other.prepare()
    try other.write(Wave.pcm16(Wave.notes(seed: 9)), "rock/01.wav")
    #expect(try other.prepare().tracks == 2)
    #expect(try other.open().trackRecords().map(\.id) == ["jazz/01", "rock/01"])
    let sink = Recorder()
    #expect(try other.prepare(sink: sink).prepared == 0)
    #expect(sink.reasons == [])
  }

  /// "é" as one character and as two: one name to Swift, two to a file system.
  @Test func namesThatDifferOnlyInComposition() throws {
    let other = try MusicFolder()
    try other.write(Wave.pcm16(Wave.notes(seed: 8)), "pop/caf\u{E9}.wav")
    try other.write(Wave.pcm16(Wave.notes(seed: 9)), "pop/tea.wav")
    try other.prepare()
    try other.remove("pop/caf\u{E9}.wav")
    try other.write(Wave.pcm16(Wave.notes(seed: 8)), "pop/cafe\u{301}.wav")
    #expect(try other.prepare().tracks == 2)
    #expect(try other.prepare().prepared == 0)
    let id = try #require(try other.open().trackRecords().first?.id)
    #expect(id.unicodeScalars.count == 5)
  }

  /// A label on a volume that is not mounted now: a link to nothing.
  @Test func aFolderThatCannotBeReadKeepsItsTracks() throws {
    try folder.prepare()
    let jazz = "\(folder.audio)/jazz"
    try FileManager.default.moveItem(atPath: jazz, toPath: "\(folder.path)/away")
    try FileManager.default.createSymbolicLink(atPath: jazz, withDestinationPath: "nowhere")
    let (summary, _) = try again()
    #expect(summary.tracks == 4 && summary.removed == 0)
    #expect(summary.quarantine.map(\.code) == ["unreadable"])
    try FileManager.default.removeItem(atPath: jazz)
    try FileManager.default.moveItem(atPath: "\(folder.path)/away", toPath: jazz)
    let (mended, reasons) = try again()
    #expect(mended.quarantine.isEmpty && mended.tracks == 4 && reasons == [])
  }

  @Test func aDamagedCardIsWrittenAnew() throws {
    try folder.prepare()
    let card = "\(folder.cache)/card.json"
    try Data("{".utf8).write(to: URL(fileURLWithPath: card))
    let error = #expect(throws: CacheError.self) { _ = try folder.open().card() }
    #expect(error?.hint.contains("run lathe prepare again") == true)
    try folder.prepare()
    #expect(try folder.open().card()?.tracks == 4)
  }

  @Test func aLowerLimitTakesLongTracksOut() throws {
    try folder.prepare()
    try folder.write(Wave.pcm16(Wave.notes(seed: 1, count: 24_000)), "jazz/long.wav")
    #expect(try again().0.tracks == 5)
    var recipe = try Recipe.samplesOnly()
    recipe.maximumSeconds = 2
    let (summary, _) = try again(recipe)
    #expect(summary.tracks == 4 && summary.quarantine.map(\.code) == ["too-long"])
    #expect(summary.quarantine[0].hint.contains("maximumSeconds"))
  }
}
