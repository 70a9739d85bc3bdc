import Foundation
import Testing

@testable import Training

/// Run directories that nobody should have written.
@Suite struct HostileRunTests {
  let folder: RunFolder

  init() throws {
    folder = try RunFolder()
    let run = try RunDirectory.create(at: folder.run, record: RunFixtures.record())
    for number in 1...3 { try run.append(RunFixtures.epoch(number)) }
    try run.finish(RunFixtures.result())
  }

  private func refusal() throws -> TrainingError {
    try #require(throws: TrainingError.self) { try RunDirectory.contents(at: folder.run) }
  }

  @Test(arguments: [
    ("{", "line 1 is not sound JSON"), ("", "line 1 is not sound JSON"), ("[]", "is no"),
    ("{}", "has no 'schema'"),
    (#"{"schema": "lathe.run/2"}"#, "'lathe.run/2', not 'lathe.run/1'"),
    (#"{"schema": "lathe.run/1"}"#, "has no 'trainer'"),
    (#"{"schema": 5}"#, "'schema' is no"),
    (
      "{\"schema\": \"lathe.run/1\",\n\"schema\": \"lathe.run/1\"}",
      "the record, line 2 gives \"schema\" twice in one object"
    ),
  ])
  func damagedRecordsAreRefused(_ text: String, words: String) throws {
    try folder.write(text, "run.json")
    let error = try refusal()
    #expect(error.kind == .run && error.description.contains(words), "\(error)")
    #expect(error.subject.hasSuffix("run.json"))
  }

  @Test(arguments: [
    ("\"blues\",", "", "of 2 labels, and the run has 1"),
    ("\"batchSize\" : 32", "\"batchSize\" : 0", "batchSize"),
    ("57\n", "-1\n", "sampleShape"),
    ("\"seed\" : 18446744073709551615", "\"seed\" : -1", "'seed': the number -1 is no UInt64"),
    ("\"epochs\" : 3", "\"epochs\" : 1e300", "'epochs': the number 1e+300 is no Int"),
  ])
  func contradictionsAreRefused(_ old: String, new: String, words: String) throws {
    let text = try folder.text("run.json")
    #expect(text.contains(old))
    try folder.write(text.replacingOccurrences(of: old, with: new), "run.json")
    let error = try refusal()
    #expect(error.description.contains(words), "\(error)")
  }

  @Test func aDamagedLineInTheMiddleIsNamed() throws {
    var lines = try folder.text("metrics.jsonl").split(separator: "\n").map(String.init)
    lines[1] = "\u{0}\u{1}"
    try folder.write(lines.joined(separator: "\n") + "\n", "metrics.jsonl")
    #expect(try refusal().subject.hasSuffix("metrics.jsonl, line 2"))
    lines.remove(at: 1)
    try folder.write((lines + lines).joined(separator: "\n") + "\n", "metrics.jsonl")
    #expect(try refusal().detail == "epoch 3 follows epoch 1")
  }

  @Test func matricesOfOtherLabelsAreRefused() throws {
    let good = try folder.text("result.json")
    for (old, new) in [
      ("\"bestEpoch\" : 2", "\"bestEpoch\" : 9"), ("\"macroF1\" : 0.4", "\"macroF1\" : 1.4"),
      ("\"tracks\" : 2", "\"tracks\" : 200"),
      ("\"slices\" : 20", "\"slices\" : 9223372036854775807"),
      ("\"status\" : \"finished\"", "\"status\" : \"won\""),
    ] {
      #expect(good.contains(old))
      try folder.write(good.replacingOccurrences(of: old, with: new), "result.json")
      #expect(try refusal().kind == .run)
    }
    var result = try RunFixtures.result()
    result.evaluations["test"]?.trackConfusion = ConfusionMatrix(labels: 3)
    try folder.write(
      String(
        decoding: try RunJSON.encode(result, subject: "", pretty: true), as: UTF8.self),
      "result.json")
    #expect(try refusal().detail.contains("3 labels, and the run has 2"))
  }

  @Test func deepJSONAndHugeFilesAreRefused() throws {
    try folder.write(String(repeating: "[", count: 1 << 20), "run.json")
    #expect(try refusal().kind == .run)
    #expect(truncate("\(folder.run)/run.json", 1 << 40) == 0)
    #expect(try refusal().detail.contains("more than"))
  }

  @Test func whatIsNoFileIsNotWaitedFor() throws {
    let path = "\(folder.run)/result.json"
    #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
    #expect(try refusal().detail == "it is no ordinary file")
    #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
    #expect(try refusal().detail == "it is no ordinary file")
  }
}
