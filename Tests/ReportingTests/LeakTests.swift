import Corpus
import Foundation
import Testing
import Training

@testable import Reporting

/// What was tested on tracks that it had learnt from says so everywhere, and is set beside nothing.
@Suite struct LeakTests {
  /// Of 30 test tracks, `right` in 10.
  private func run(
    _ policy: String, right: Int, learnt: Int? = nil, trainer: String = "resnet18",
    test: String = "test", seed: UInt64 = 1, hasEnded: Bool = true, path: String = "/data/gtzan"
  ) throws -> RunContents {
    var record = RunFixtures.record(
      trainer: trainer, policy: policy, test: test, seed: seed, path: path, learntTracks: learnt)
    record.tracks[test] = 30
    return try RunFixtures.run(record, right: right, hasEnded: hasEnded)
  }

  private func page(_ report: Report) throws -> String {
    String(decoding: try report.html(), as: UTF8.self)
  }

  @Test func leaksComeLastAndAreNeverBold() throws {
    let report = try Report(runs: [
      run("slices", right: 10, learnt: 30, trainer: "first"),
      run("slices", right: 9, learnt: 0, trainer: "second"),
      run("stratified", right: 6, trainer: "third"),
      run("published:x", right: 10, learnt: 3, trainer: "fourth"),
    ])
    #expect(
      report.groups.map(\.record.trainer) == ["second", "third", "first", "fourth"])
    #expect(report.rows.map(\.isBest) == [true, false, false, false])
    let text = try page(report)
    #expect(text.contains("<strong>90.0 %</strong>"))
    #expect(!text.contains("<strong>100.0 %</strong>") && !text.contains("<strong>60.0 %"))
    let notes = ["leaks: 100 % of its test tracks", "leaks: 10.0 % of its test tracks"]
    for note in notes {
      // In the table and in the section's heading.
      #expect(text.components(separatedBy: note).count == 3, "\(note)")
    }
    let heading = try #require(text.firstRange(of: "Leaks: what these were tested on"))
    let table = text[..<(try #require(text.firstRange(of: "</table>")).lowerBound)]
    #expect(table[..<heading.lowerBound].contains(">second<"))
    #expect(!table[..<heading.lowerBound].contains(">first<"))
    #expect(report.table[0].last == "seen in training")
    #expect(
      report.table.map { $0.last ?? "" }.dropFirst() == ["", "", "leaks 100 %", "leaks 10.0 %"])
  }

  @Test func figuresSayThatTheyLeak() throws {
    let report = try Report(runs: [run("slices", right: 10, learnt: 30), run("grouped", right: 5)])
    let chart = try #require(ResultsTable.chart(report.rows))
    #expect(chart.rows.map(\.leaks) == [false, true])
    #expect(chart.rows[1].name == "mel, resnet18, slices: leaks 100 %")
    let charts = report.groups.map(RunCharts.init)
    #expect(charts[1].accuracy.title == "Accuracy: mel, resnet18, slices: leaks 100 %")
    #expect(charts[1].trackConfusion?.title.hasSuffix("leaks 100 %") == true)
    #expect(charts[0].accuracy.title == "Accuracy: mel, resnet18, grouped")
  }

  /// Records of before have no count; the policy says it all the same.
  @Test func slicesLeakWithoutACount() throws {
    let report = try Report(runs: [run("slices", right: 10), run("stratified", right: 5)])
    #expect(report.groups.map(\.trainedTestTracks.isAny) == [false, true])
    #expect(
      report.groups[1].trainedTestTracks.note
        == "leaks: parts of its test tracks were trained on")
    #expect(report.rows.map(\.isBest) == [true, false])
  }

  @Test(arguments: [(1, "leaks 0.1 %"), (29_999, "leaks 99.9 %"), (30_000, "leaks 100 %")])
  func nearlyAllIsNotAll(_ learnt: Int, note: String) throws {
    var record = RunFixtures.record(policy: "slices", learntTracks: learnt)
    record.tracks["test"] = 30_000
    let leak = TrainedTestTracks([try RunFixtures.run(record)])
    #expect(leak.shortNote == note)
  }

  @Test func foldsLeakTogether() throws {
    let runs = try [10, 30].enumerated().map { index, learnt in
      try run("slices", right: 9, learnt: learnt, test: "fold-\(index + 1)")
    }
    #expect(TrainedTestTracks(runs).shortNote == "leaks 66.7 %")
    // Nothing is said of a share that some runs don't know.
    #expect(TrainedTestTracks(runs + [try run("slices", right: 9)]).shortNote == "leaks")
  }

  @Test func nothingIsBoldWhereEverythingLeaks() throws {
    let report = try Report(runs: [run("slices", right: 10, learnt: 30)])
    #expect(!(try page(report)).contains("<strong>") && !report.rows[0].isBest)
    let honest = try Report(runs: [run("grouped", right: 10)])
    #expect(!(try page(honest)).contains("eaks:"))
    #expect(honest.table[0].last == "time")
  }

  @Test func whatIsUnfinishedOrOfAnotherCollectionIsNotCompared() throws {
    let report = try Report(runs: [
      run("grouped", right: 5, trainer: "a"),
      run("grouped", right: 9, trainer: "b", hasEnded: false),
      run("grouped", right: 8, trainer: "c", path: "/data/other"),
    ])
    #expect(report.rows.map(\.isBest) == [true, false, true])
  }

  private func run(
    sharing overlap: TrackOverlap, learnt: Int = 0, seed: UInt64 = 1, trainer: String = "resnet18"
  ) throws -> RunContents {
    var record = RunFixtures.record(trainer: trainer, seed: seed, learntTracks: learnt)
    record.tracks["test"] = 40
    record.overlaps = ["test": overlap]
    return try RunFixtures.run(record)
  }

  /// Another take of a test track that was trained on is a leak; an artist is a note.
  @Test func recordingsLeakAndArtistsAreNoted() throws {
    let copies = TrackOverlap(recordings: 2, artists: 37, sharedArtists: 12, unknownArtists: 1)
    let artists = TrackOverlap(recordings: 0, artists: 37, sharedArtists: 12, unknownArtists: 1)
    let report = try Report(runs: [
      run(sharing: copies, trainer: "first"), run(sharing: artists, trainer: "second"),
    ])
    #expect(report.groups.map(\.record.trainer) == ["second", "first"])
    #expect(report.rows.map(\.leaks) == [false, true])
    #expect(report.rows.map(\.isBest) == [true, false])
    let text = try page(report)
    let leak = "leaks: 5.0 % of its test tracks were trained on, as other takes or copies"
    #expect(text.components(separatedBy: leak).count == 3)
    // Once in the table and once in the heading, of each of the two.
    #expect(
      text.components(separatedBy: "artist overlap: 12 of 37 test artists").count == 5)
    #expect(
      report.table.map(\.last).dropFirst() == ["artists 32.4 %", "leaks 5.0 %, artists 32.4 %"])
    let rows = report.rows.map(ResultDocument.Row.init)
    #expect(rows.map(\.leakedRecordingShare) == [0, 0.05] && rows.map(\.leakedShare) == [0, 0])
    #expect(rows[1].sharedArtistShare == 12.0 / 37)
    #expect(rows[1].runs[0].learntTestRecordings == 2 && rows[1].runs[0].testArtists == 37)
    #expect(ResultFiles.csv(report.rows).contains(",true,0.0,false,0.05,0.324324"))
    #expect(TeXTable.text(report.rows).contains("\\ddag} artist overlap: 12 of 37 test artists"))
  }

  @Test func severalRunsShareByShares() throws {
    let none = TrackOverlap(recordings: 0, artists: 10, sharedArtists: 0, unknownArtists: 0)
    let some = TrackOverlap(recordings: 30, artists: 10, sharedArtists: 5, unknownArtists: 0)
    let group = [try run(sharing: none), try run(sharing: some, learnt: 10, seed: 2)]
    #expect(TrainedTestArtists(group)?.note == "artist overlap: 25.0 % of the test artists")
    #expect(
      TrainedTestTracks(group).note
        == "leaks: 37.5 % of its test tracks were trained on, or other takes or copies of them")
    // Where one has not counted, nothing is said of all.
    let old = try RunFixtures.run(RunFixtures.record(seed: 3))
    #expect(TrainedTestArtists(group + [old]) == nil)
    #expect(TrainedTestArtists([try run(sharing: none)])?.note == nil)
    // What a damaged record claims is borne with.
    let absurd = TrackOverlap(
      recordings: .max, artists: .max, sharedArtists: -1, unknownArtists: .min)
    let run = try run(sharing: absurd)
    #expect(TrainedTestTracks([run]).shortNote == "leaks 100 %")
    #expect(TrainedTestArtists([run, run])?.note == nil)
  }
}
