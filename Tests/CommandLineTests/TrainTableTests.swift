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
    // A split that says two things about one track is none.
    let split = URL(fileURLWithPath: "\(runs.path("run"))/split.json")
    let written = try String(contentsOf: split, encoding: .utf8)
    try Data(
      written.replacing(#""assignment":{"#, with: #""assignment":{"t":"train","t":"test","#).utf8
    )
    .write(to: split)
    #expect(try String(contentsOf: split, encoding: .utf8) != written)
    expectOneLine(try runs.run("evaluate", "run"), "split.json", "not there, or damaged")
    try Data(written.utf8).write(to: split)
    let url = URL(fileURLWithPath: runs.path("table.csv"))
    var text = try String(contentsOf: url, encoding: .utf8)
    text = text.replacingOccurrences(of: "jazz\n", with: "pop\n")
    try Data(text.utf8).write(to: url)
    expectOneLine(try runs.run("evaluate", "run"), "its labels are blues, pop")
    try FileManager.default.removeItem(at: url)
    let gone = try runs.run("evaluate", "run")
    #expect(gone.code != 0 && gone.errors.contains("table.csv"))
    try FileManager.default.removeItem(atPath: "\(runs.path("run"))/split.json")
    expectOneLine(try runs.run("evaluate", "run"), "split.json", "not there, or damaged")
  }

  @Test(arguments: [
    ("", "is empty"), ("filename,tempo\na,1\n", "no column"),
    ("filename,tempo,label\na,nan,b\n", "line 2"),
    ("filename,tempo,label\na,1,b\na,1,b\n", "line 3"),
    (",Unnamed: 0,filename,tempo,label\n0,0,a,1,b\n", "the column \"Unnamed: 0\""),
    ("filename,loudness,warmth,label\na,1,2,b\n", "add --columns 'loudness,warmth'"),
  ])
  func tablesThatAreNone(_ text: String, words: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: runs.path("table.csv")))
    expectOneLine(try train("run"), "table.csv", words)
    #expect(!FileManager.default.fileExists(atPath: runs.path("run")))
  }

  /// The row numbers that pandas writes give sorted labels away: they are not learnt from unless by
  /// name, and a table without them gives the same run as one whose strays are left out.
  @Test func columnsAreChosen() throws {
    let whole = try String(contentsOfFile: runs.path("table.csv"), encoding: .utf8)
    var lines = whole.split(separator: "\n").map(String.init)
    for index in lines.indices {
      lines[index] = (index == 0 ? "Unnamed: 0" : "\(index - 1)") + ",\(lines[index])"
    }
    #expect(try train("clean").code == 0)
    try Data(lines.joined(separator: "\n").utf8).write(
      to: URL(fileURLWithPath: runs.path("table.csv")))
    expectOneLine(try train("run"), "Unnamed: 0", "--columns view")
    #expect(!FileManager.default.fileExists(atPath: runs.path("run")))
    #expect(try train("view", "--columns", "view").code == 0)
    #expect(try runs.outcome("view").metrics == runs.outcome("clean").metrics)
    // The run knows its columns: it is measured, and repeated, with them.
    #expect(try train("two", "--columns", "tempo,Unnamed: 0").code == 0)
    #expect(try runs.run("evaluate", "two").code == 0)
    let record = String(decoding: try runs.file("two", "run.json"), as: UTF8.self)
    #expect(record.contains(/"columns" : \[\s*"tempo",\s*"Unnamed: 0"\s*\]/))
    let report = try runs.run("report", "two", "--output", "page.html")
    #expect(report.code == 0, "\(report.errors)")
    let page = try String(contentsOfFile: runs.path("page.html"), encoding: .utf8)
    #expect(page.contains("--columns &#39;tempo,Unnamed: 0&#39;"))
  }

  /// A table is divided as its manifest publishes it.
  @Test func aPublishedSplit() throws {
    try writeManifest()
    let result = try train("run", "--policy", "published:artists", "--manifest", "known.json")
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let split = String(decoding: try runs.file("run", "split.json"), as: UTF8.self)
    #expect(split.contains(#""name":"artists""#) && split.contains(#""t23":"test""#))
    let evaluated = try runs.run("evaluate", "run", "--json")
    #expect(evaluated.output.contains(#""tracks" : 8"#), "\(evaluated.output)")
  }

  private func writeManifest() throws {
    try Data(TrainingRuns.manifest(publishing: "artists").utf8).write(
      to: URL(fileURLWithPath: runs.path("known.json")))
  }

  @Test func choicesThatCannotBe() throws {
    try writeManifest()
    for (options, words) in [
      (["--ratios", "0.8,0.3"], "sum"), (["--ratios", "none"], "none is no number"),
      (["--ratios", "a"], "a is no"),
      (["--policy", "grouped"], "no artists or recordings are known"),
      (["--policy", "published:x"], "no published split is known"),
      (["--policy", "published:x", "--manifest", "known.json"], "publishes artists"),
      (
        ["--policy", "published:artists", "--manifest", "known.json", "--ratios", "0.8,0.2"],
        "--ratios"
      ),
      (["--columns", "tempo,colour"], "no column \"colour\""),
      (["--columns", "tempo,tempo"], "twice"), (["--columns", "label"], "label"),
      (["--policy", "wild"], "wild"),
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
