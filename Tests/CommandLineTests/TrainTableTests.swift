import Foundation
import Testing

/// Training on tables of features.
@Suite struct TrainTableTests {
  let runs: TrainingRuns

  init() throws {
    runs = try TrainingRuns()
    let result = try runs.run(
      "export", "csv", runs.cache, "--view", "features", "--output", "table.csv")
    #expect(result.code == 0, "\(result.errors)")
  }

  private func train(_ name: String, _ more: String...) throws -> Program.Result {
    try Program.start(
      ["train", "features", "--csv", "table.csv", "--output", name, "--epochs", "2"]
        + ["--set", "hidden=8", "--progress", "none", "--threads", "1"] + more, in: runs.folder
    ).end()
  }

  @Test func aTableAlone() throws {
    let result = try train("run", "--ratios", "0.5,0.25,0.25", "--seed", "4")
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("validation") && result.output.contains("test"))
    #expect(try train("again", "--ratios", "0.5,0.25,0.25", "--seed", "4").code == 0)
    #expect(try runs.outcome("run") == runs.outcome("again"))
    let evaluated = try runs.run("evaluate", "run", "--side", "test", "--json")
    #expect(evaluated.code == 0 && evaluated.output.contains(#""tracks" : 6"#))
    let predicted = try runs.run("predict", "run", runs.audio[0].path)
    expectOneLine(predicted, "it was trained on a table", "train on a cache")
    let split = try runs.run("evaluate", "run", "--split", "other")
    #expect(split.code == 2 && split.errors.contains("trained on a table"))
  }

  @Test func aTableThatChanged() throws {
    #expect(try train("run").code == 0)
    let place = URL(fileURLWithPath: runs.path("table.csv"))
    var text = try String(contentsOf: place, encoding: .utf8)
    text = text.replacingOccurrences(of: "jazz\n", with: "pop\n")
    try Data(text.utf8).write(to: place)
    expectOneLine(try runs.run("evaluate", "run"), "its labels are blues, pop")
    try FileManager.default.removeItem(at: place)
    let gone = try runs.run("evaluate", "run")
    #expect(gone.code != 0 && gone.errors.contains("table.csv"))
    try FileManager.default.removeItem(atPath: "\(runs.path("run"))/split.json")
    expectOneLine(try runs.run("evaluate", "run"), "split.json", "not there, or damaged")
  }

  @Test(arguments: [
    ("", "is empty"), ("filename,x\na,1\n", "no column"), ("filename,x,label\na,nan,b\n", "line 2"),
    ("filename,x,label\na,1,b\na,1,b\n", "line 3"),
  ])
  func tablesThatAreNone(_ text: String, words: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: runs.path("table.csv")))
    expectOneLine(try train("run"), "table.csv", words)
    #expect(!FileManager.default.fileExists(atPath: runs.path("run")))
  }

  @Test func choicesThatCannotBe() throws {
    for (options, words) in [
      (["--ratios", "0.8,0.3"], "sum"), (["--ratios", "none"], "none is no number"),
      (["--ratios", "a"], "a is no"),
      (["--policy", "grouped"], "no artists or recordings are known"),
      (["--policy", "published:x"], "published"), (["--policy", "wild"], "wild"),
      (["--manifest", "nothing"], "nothing"), (["--test", "exam"], "no side exam"),
    ] {
      let result = try Program.start(
        ["train", "features", "--csv", "table.csv", "--output", "run"] + options, in: runs.folder
      ).end()
      #expect(result.code == 1 || result.code == 2)
      #expect(result.errors.contains(words) && result.output.isEmpty, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: runs.path("run")))
    }
    let missing = try runs.run("train", "features", "--csv", "none.csv")
    expectOneLine(missing, "none.csv: there is no such file")
  }
}
