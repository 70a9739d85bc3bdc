import Foundation
import TestSupport
import Testing

/// A table of features is studied without a cache: by the usual configurations or named ones, under
/// drawn and published splits, with several seeds.
@Suite struct TableStudyTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var lines = ["filename,tempo,rms_mean,label"]
    for index in 0..<24 {
      let label = ["blues", "jazz"][index % 2]
      lines.append(
        "t\(index).wav,\(60 + 40 * (index % 2) + index % 7),\(0.1 + Double(index % 5)),\(label)")
    }
    try Data(lines.joined(separator: "\n").utf8).write(
      to: URL(fileURLWithPath: folder.path("table.csv")))
    try Data(TrainingRuns.manifest(publishing: "artists").utf8).write(
      to: URL(fileURLWithPath: folder.path("known.json")))
  }

  private func study(_ more: [String]) throws -> Program.Result {
    try Program.start(
      ["study", "--csv", "table.csv", "--output", "study", "--progress", "none", "--threads", "1"]
        + more, in: folder.path
    ).end()
  }

  /// The text of a file of a run.
  private func text(_ run: String, _ name: String) throws -> String {
    try String(contentsOfFile: folder.path("study/\(run)/\(name)"), encoding: .utf8)
  }

  @Test func threeConfigurationsThreePoliciesTwoSeeds() throws {
    let arguments = [
      "--manifest", "known.json", "--policies", "stratified,grouped,published:artists", "--seeds",
      "2", "--epochs", "linear=2,features=2",
    ]
    let result = try study(arguments)
    #expect(result.code == 0, "\(result.errors)")
    // The manifest knows no artists.
    #expect(
      result.errors.contains("grouped: no recordings, artists or copies are known in this table"))
    for name in ["linear", "features", "features-members-5"] {
      for policy in ["stratified", "published-artists"] {
        for seed in 1...2 {
          let record = try text("\(name)-\(policy)-seed\(seed)", "run.json")
          #expect(record.contains("\"seed\" : \(seed)"))
          #expect(record.contains("\"view\" : \"features-30s\""))
        }
      }
    }
    // One split for all configurations under one seed, another under another; the published one is
    // always the same.
    func split(_ run: String) throws -> String { try text(run, "split.json") }
    #expect(try split("linear-stratified-seed1") == split("features-members-5-stratified-seed1"))
    #expect(try split("linear-stratified-seed1") != split("linear-stratified-seed2"))
    #expect(
      try split("linear-published-artists-seed1") == split("features-published-artists-seed2"))
    let lines = try text("linear-published-artists-seed1", "predictions.csv")
      .split(separator: "\n")
    #expect(lines.count == 9 && lines[0] == "side,track,label,predicted,probability")
    #expect(lines[1].hasPrefix("test,t16,blues,"))
    // Nothing is trained twice.
    let again = try study(arguments)
    #expect(again.code == 0 && again.output == result.output)
    #expect(again.errors.components(separatedBy: "done before").count == 13)
  }

  @Test func configurationsAreNamed() throws {
    let result = try study([
      "--policies", "stratified", "--configuration", "linear --epochs 1 --set weight-decay=0.5",
      "--configuration", "features --epochs 1 --set hidden=4,2",
    ])
    #expect(result.code == 0, "\(result.errors)")
    let record = try text("features-epochs-1-hidden-4-2-stratified", "run.json")
    #expect(record.contains("\"hidden\" : \"4,2\""))
    _ = try text("linear-epochs-1-weight-decay-0.5-stratified", "run.json")
  }

  @Test(arguments: [
    (["--configuration", "nobody"], "nobody"), (["--configuration", " "], "name a trainer"),
    (["--configuration", "linear --sets a=1"], "--sets"),
    (["--configuration", "linear --set colour=1"], "colour"),
    (["--configuration", "linear --seed 4"], "--seed is the study's"),
    (["--trainers", "linear", "--configuration", "linear"], "there twice"),
    (["--folds", "3"], "--folds"), (["--seeds", "0"], "--seeds 0"),
    (["--policies", "published:x"], "no published split is known"),
    (["--policies", "published:x", "--manifest", "known.json"], "publishes artists"),
    (["--trainers", "mel", "--policies", "stratified"], "not for the view"),
    (["--columns", "colour"], "colour"), (["cache"], "one of the two"),
  ])
  func refuses(_ arguments: [String], words: String) throws {
    let result = try Program.start(
      ["study", "--csv", "table.csv", "--output", "study"] + arguments, in: folder.path
    ).end()
    #expect(result.code != 0 && result.errors.contains(words), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("study")))
  }
}
