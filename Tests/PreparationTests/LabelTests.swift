import Corpus
import DatasetCache
import Foundation
import Preparation
import Testing

/// What labels look like and what is said of them.
@Suite struct LabelTests {
  let folder: MusicFolder

  init() throws { folder = try MusicFolder() }

  private func overview() throws -> PreparationPlan.Overview {
    var preparation = Preparation(folder: folder.audio, cachePath: folder.cache)
    preparation.recipe = try .samplesOnly()
    return try preparation.overview()
  }

  /// A folder that macOS has named beside one that Linux has.
  @Test func labelsThatDifferOnlyInCompositionAreOne() throws {
    try folder.write(Wave.pcm16(Wave.notes(seed: 1)), "caf\u{E9}/one.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 2)), "cafe\u{301}/two.wav")
    try folder.write(Wave.pcm16(Wave.notes(seed: 3)), "pop/three.wav")
    let summary = try folder.prepare()
    #expect(summary.tracks == 3 && summary.labels == 2)
    let records = try folder.open().trackRecords()
    #expect(records.allSatisfy { $0.label == "pop" || Array($0.label.utf8).count == 5 })
    // Files are found by their bytes.
    #expect(records.map(\.path.utf8.count) == [13, 13, 14])
    #expect(try folder.prepare().prepared == 0)
  }

  /// A record that an earlier version has stored.
  @Test func aStoredLabelIsReadComposed() throws {
    try folder.music()
    try folder.prepare()
    let record = try #require(try folder.open().trackRecords().first)
    let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
      .replacingOccurrences(of: #""label":"blues""#, with: "\"label\":\"cafe\u{301}\"")
    let read = try JSONDecoder().decode(TrackRecord.self, from: Data(json.utf8))
    #expect(Array(read.label.utf8) == Array("caf\u{E9}".utf8))
  }

  @Test func artistsForLabelsAreWarnedOf() throws {
    for artist in 0..<8 {
      for album in 0..<2 {
        try folder.write(
          Wave.pcm16(Wave.notes(seed: artist)), "artist\(artist)/album\(album)/\(album)1.wav")
      }
    }
    let warnings = try overview().warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].contains("8 labels, half of them with at most 2 tracks, as"))
    #expect(warnings[0].contains("--labels TABLE.csv"))
    try folder.remove("artist7")
    #expect(try overview().warnings == [])
  }

  @Test func labelsThatASideLacksAreSaid() throws {
    try folder.music(count: 3)
    try folder.write(Wave.pcm16(Wave.notes(seed: 50)), "pop/pop.00000.wav")
    let plan = try SplitPlan(seed: 1, division: .ratios([0.5, 0.5]), name: "halves")
    let summary = try folder.prepare(split: plan)
    let assignment = try #require(try folder.open().split(named: "halves")).assignment
    let lacking = assignment["pop.00000"] == "train" ? "test" : "train"
    #expect(summary.absentLabels == ["halves": [lacking: ["pop"]]])
  }
}

/// How the files of a collection usually are is no fault of each of them.
@Suite struct UsualSourceTests {
  let folder: MusicFolder

  init() throws {
    folder = try MusicFolder()
    for number in 0..<4 {
      try folder.write(
        Wave.pcm16(Wave.notes(seed: number, count: 38_400), channels: 2, rate: 16_000),
        "blues/b\(number).wav")
    }
    try folder.write(Wave.pcm16(Wave.notes(seed: 9, count: 14_400), rate: 12_000), "jazz/odd.wav")
  }

  @Test func onlyTheOddOnesAreFaults() throws {
    let summary = try folder.prepare()
    #expect(
      summary.usualFormat == [
        "80 % of the files have 16000 Hz, resampled to 8000",
        "80 % of the files have 2 channels, of which the mean is taken",
      ])
    #expect(summary.faults[.otherRate]?.used == ["odd"])
    #expect(summary.faults[.otherChannels]?.used == [])
    let verdicts = try folder.open().verdicts()
    let conversions: Set<FaultSubject> = [.otherRate, .otherChannels]
    #expect(verdicts.filter { !conversions.isDisjoint(with: $0.verdicts) }.map(\.id) == ["odd"])
  }

  /// A policy that does something with such files still finds all of them.
  @Test func aPolicyFindsThemAll() throws {
    var recipe = try Recipe.samplesOnly()
    try recipe.faults.choose(.drop, for: .otherChannels)
    let summary = try folder.prepare(recipe)
    #expect(summary.faults[.otherChannels]?.unused == ["b0", "b1", "b2", "b3"])
    #expect(summary.tracks == 1)
  }
}
