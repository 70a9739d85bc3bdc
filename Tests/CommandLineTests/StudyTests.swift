import Foundation
import Testing

/// A study makes the splits it needs, trains every trainer under each, and goes on where it was
/// stopped.
@Suite struct StudyTests {
  private let collection: Collection
  private let output: String

  init() throws {
    collection = try Collection(tracks: 16)
    let result = try collection.prepare("--progress", "none", "--split", "none")
    #expect(result.code == 0, "\(result.errors)")
    output = "\(collection.cache)-study"
  }

  private func study(_ more: String...) throws -> Program.Result {
    try Program.start(
      ["study", collection.cache, "--trainers", "features", "--epochs", "features=2"]
        + ["--output", output, "--progress", "none", "--threads", "1"] + more
    ).end()
  }

  @Test func trainsReportsAndGoesOn() throws {
    defer { try? FileManager.default.removeItem(atPath: output) }
    let first = try study("--policies", "slices,stratified,grouped", "--ratios", "0.5,0.5")
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.errors.contains("grouped: no recordings"), "\(first.errors)")
    #expect(first.output.contains("slices") && first.output.contains("stratified"))
    #expect(first.lines.last == "report: \(output)/report.html")
    let page = try String(contentsOfFile: "\(output)/report.html", encoding: .utf8)
    #expect(page.contains("stratified") && page.contains("<svg"))
    let weights = try Data(
      contentsOf: URL(fileURLWithPath: "\(output)/features-slices/best.safetensors"))
    let inspected = try Program.run("inspect", collection.cache, "--json")
    #expect(inspected.output.contains("stratified-seed1-0.5-0.5"))
    // What is done stays, what is missing is done again, alike.
    try FileManager.default.removeItem(atPath: "\(output)/features-slices")
    let second = try study("--policies", "slices,stratified", "--ratios", "0.5,0.5")
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.errors.contains("features-stratified: done before"))
    #expect(!second.errors.contains("features-slices: done before"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: "\(output)/features-slices/best.safetensors"))
        == weights)
  }

  /// Trainers of two views learn from the same split, stand in one report, and are not trained
  /// again.
  @Test func twoModesAreStudiedOnce() throws {
    defer { try? FileManager.default.removeItem(atPath: output) }
    let arguments =
      ["study", collection.cache, "--trainers", "features,mel-small", "--policies", "stratified"]
      + ["--epochs", "features=1,mel-small=1", "--ratios", "0.5,0.5", "--output", output]
      + ["--progress", "none", "--threads", "1"]
    let first = try Program.start(arguments).end()
    #expect(first.code == 0, "\(first.errors)")
    let runs = ["features-stratified", "mel-small-stratified"]
    let results = try runs.map { run in
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(output)/\(run)/run.json"))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    for key in ["seed", "labels", "split", "tracks"] {
      let value = try #require(results[0][key] as? NSObject, "\(key)")
      #expect(value == results[1][key] as? NSObject, "\(key)")
    }
    let page = try String(contentsOfFile: "\(output)/report.html", encoding: .utf8)
    #expect(page.contains("mel-small") && page.contains("features"))
    for line in ["features ", "mel "] {
      #expect(first.lines.contains { $0.hasPrefix(line) && $0.contains("stratified") }, "\(line)")
    }

    let second = try Program.start(arguments).end()
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.errors == runs.map { "\($0): done before\n" }.joined())
    #expect(second.output == first.output)
  }

  @Test(arguments: [
    (["--policies", "slices", "--seed", "2"], "split"), (["--policies", "slices"], "split"),
    (["--policies", "slices", "--ratios", "0.5,0.5", "--epochs", "features=3"], "epochs"),
  ])
  func anotherStudysRunsAreNotTaken(_ arguments: [String], difference: String) throws {
    defer { try? FileManager.default.removeItem(atPath: output) }
    #expect(try study("--policies", "slices", "--ratios", "0.5,0.5").code == 0)
    let result = try Program.start(
      ["study", collection.cache, "--trainers", "features", "--output", output]
        + ["--progress", "none", "--threads", "1"]
        + (arguments.contains("--epochs") ? [] : ["--epochs", "features=2"]) + arguments
    ).end()
    #expect(result.code == 1)
    #expect(result.errors.contains("holds a run with another \(difference)"), "\(result.errors)")
    #expect(result.errors.contains("give the study another --output"))
  }

  @Test func foldsAreAllTested() throws {
    defer { try? FileManager.default.removeItem(atPath: output) }
    let result = try study("--policies", "stratified", "--folds", "3")
    #expect(result.code == 0, "\(result.errors)")
    for fold in 1...3 {
      let record = try String(
        contentsOfFile: "\(output)/features-stratified-fold-\(fold)/run.json", encoding: .utf8)
      #expect(record.contains("\"test\" : \"fold-\(fold)\""), "\(record)")
    }
  }

  @Test(arguments: [
    (["--policies", "random"], "random"), (["--epochs", "features"], "features"),
    (["--folds", "1"], "--folds 1"), (["--trainers", "nobody"], "nobody"),
    (["--trainers", ""], "--trainers"), (["--policies", ","], "--policies"),
    (["--epochs", "nonsense=3"], "nonsense"), (["--threads", "0"], "--threads 0"),
    (["--output", ""], "--output"), (["--policies", "grouped"], "--policies"),
  ])
  func refuses(_ arguments: [String], word: String) throws {
    let result = try Program.start(
      ["study", collection.cache, "--output", output] + arguments
    ).end()
    #expect(result.code != 0 && result.errors.contains(word), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
