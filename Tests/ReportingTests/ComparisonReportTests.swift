import Testing
import Training

@testable import Reporting

/// Configurations that were tested on the same tracks are compared on them.
@Suite struct ComparisonReportTests {
  /// Of 30 test tracks, three times `right` are.
  private func run(
    _ trainer: String, right: Int, policy: String = "stratified", seed: UInt64 = 1,
    parameters: Int = 10, path: String = "/data/gtzan", options: [String: String] = [:]
  ) throws -> RunContents {
    var record = RunFixtures.record(
      trainer: trainer, policy: policy, seed: seed, options: options, path: path)
    record.parameters = parameters
    return try RunFixtures.run(record, right: right)
  }

  /// Nine tests are won by the larger one, none by the smaller: p = 2 · 2⁻⁹.
  @Test func runsOfOneSplitAndSeedPairOff() throws {
    let report = try Report(runs: [
      run("large", right: 9, parameters: 20), run("small", right: 6, parameters: 10),
      run("small", right: 5, seed: 2), run("large", right: 5, policy: "grouped"),
      run("tiny", right: 6, path: "/data/other"),
    ])
    #expect(report.comparisons.count == 1)
    let found = try #require(report.comparisons.first)
    #expect(
      found.policy == "stratified" && found.first == "mel, large" && found.second == "mel, small")
    #expect(found.pairs == 1 && found.tracks == 30 && found.wins == (9, 0))
    #expect(abs(found.difference - 0.3) < 1e-12 && abs(found.pValue - 0.00390625) < 1e-15)
    #expect(found.corrected == found.pValue)
    #expect(found.interval.lowerBound > 0.1 && found.interval.upperBound < 0.5)
  }

  /// Two seeds of one published split test the same tracks twice; three configurations make three
  /// comparisons, which Holm's correction takes into account.
  @Test func seedsStayWithTheirTracks() throws {
    let runs = try [1, 2].flatMap { seed in
      try [("a", 5, 1), ("b", 7, 2), ("c", 8, 3)].map { name, right, parameters in
        var record = RunFixtures.record(
          trainer: name, policy: "published:x", split: "x", seed: UInt64(seed))
        record.parameters = parameters
        return try RunFixtures.run(record, right: right)
      }
    }
    let report = try Report(runs: runs)
    #expect(report.comparisons.map(\.first) == ["mel, b", "mel, c", "mel, c"])
    #expect(report.comparisons.map(\.second) == ["mel, a", "mel, a", "mel, b"])
    #expect(report.comparisons.map(\.pairs) == [2, 2, 2])
    #expect(report.comparisons.map(\.tracks) == [30, 30, 30])
    // Six tracks are won under both seeds: 12 tests, and the chance of six tracks.
    #expect(report.comparisons[0].wins == (12, 0))
    #expect(abs(report.comparisons[0].pValue - 0.03125) < 1e-15)
    #expect(report.comparisons.map { $0.corrected >= $0.pValue } == [true, true, true])
    #expect(report.comparisons[1].corrected == 3 * report.comparisons[1].pValue)
  }

  @Test func ofManyEachIsComparedWithTheBest() throws {
    let runs = try (1...8).map { try run("t\($0)", right: $0 == 3 ? 9 : 5, parameters: $0) }
    let comparisons = try Report(runs: runs).comparisons
    #expect(comparisons.count == 7 && comparisons.allSatisfy { $0.first == "mel, t3" })
  }

  /// What two policies test both is compared on itself.
  @Test func leaksAreMeasuredOnTheSameTracks() throws {
    let runs = try [("grouped", 5), ("stratified", 8)].map { policy, right in
      try run("a", right: right, policy: policy)
    }
    let report = try Report(runs: runs)
    let rows = try #require(report.gaps.families.first)
    #expect(rows.map(\.group.record.split.policy) == ["grouped", "stratified"])
    #expect(rows[0].paired == nil)
    let gap = try #require(rows[1].paired)
    #expect(abs(gap.difference - 0.3) < 1e-12 && gap.tracks == 30)
    #expect(gap.interval.contains(0.3) && gap.interval.lowerBound > 0.1)
  }

  /// Other epochs, batches or augmentation make another configuration, whose leak is its own.
  @Test func configurationsLeakOnTheirOwn() throws {
    let runs = try [60, 90].flatMap { epochs in
      try ["grouped", "stratified"].map { policy in
        var record = RunFixtures.record(policy: policy)
        record.epochs = epochs
        return try RunFixtures.run(record)
      }
    }
    let families = try Report(runs: runs).gaps.families
    #expect(families.map { $0.map(\.group.record.epochs) } == [[60, 60], [90, 90]])
  }

  @Test func pageAndFilesSayIt() throws {
    let report = try Report(runs: [
      run("large, =1", right: 9, parameters: 20), run("small_one", right: 6, parameters: 10),
      run("large, =1", right: 5, policy: "grouped", parameters: 20),
    ])
    let page = String(decoding: try report.html(), as: UTF8.self)
    #expect(page.contains("<h2>Configurations on the same tracks</h2>"))
    #expect(page.contains("<h2>What leaks gain</h2>") && page.contains(">+30.0<"))
    let files = Dictionary(
      uniqueKeysWithValues: try report.results().map {
        ($0.name, String(decoding: $0.bytes, as: UTF8.self))
      })
    #expect(
      files["comparisons.csv"]?.hasPrefix(
        "policy,first,second,pairs,tracks,difference,difference_low,difference_high,"
          + "only_first_right,only_second_right,p,p_holm\n"
          + "stratified,\"mel, large, =1\",\"mel, small_one\",1,30,0.3") == true)
    #expect(files["comparisons.csv"]?.hasSuffix(",9,0,0.00390625,0.00390625\n") == true)
    #expect(files["comparisons.md"]?.contains("| mel, small\\_one | 1 | 30 | +30.0 |") == true)
    #expect(files["comparisons.tex"]?.contains("mel, small\\_one & 1 & 30 & +30.0 &") == true)
    #expect(files["leaks.csv"]?.split(separator: "\n").count == 3)
    #expect(files["results.json"]?.contains("\"pValueHolm\" : 0.00390625") == true)
    #expect(report.furtherTables.count == 2 && report.furtherTables[0][1].last == "0.004")
    // Where nothing is compared, there are no such files.
    let alone = try Report(runs: [run("a", right: 5)])
    #expect(try alone.results().map(\.name) == ResultFiles.names && alone.furtherTables.isEmpty)
  }

  /// A run whose tracks were not kept is in the table, and compared with nothing.
  @Test func olderRunsAreNotCompared() throws {
    let old = try run("old", right: 9)
    var result = try #require(old.result)
    result.evaluations["test"]?.outcomes = []
    let forgetful = RunContents(
      path: old.path, record: old.record, epochs: old.epochs, result: result)
    let report = try Report(runs: [forgetful, run("new", right: 5)])
    #expect(report.rows.count == 2 && report.comparisons.isEmpty)
  }

  @Test func smallChancesAndSigns() {
    #expect(TextTable.chance(0.0004) == "< 0.001" && TextTable.chance(0.0312) == "0.031")
    #expect(TextTable.points(-0.02) == "−2.0" && TextTable.points(0.0001) == "0.0")
    #expect(TextTable.points(-0.0001) == "0.0" && TextTable.points(nil) == "–")
  }
}
