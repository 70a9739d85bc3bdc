import Foundation
import Testing

@testable import Training

@Suite struct RunDirectoryTests {
  let folder: RunFolder

  init() throws { folder = try RunFolder() }

  private func begin() throws -> RunDirectory {
    try RunDirectory.create(at: folder.run, record: RunFixtures.record())
  }

  @Test func whatIsWrittenIsRead() throws {
    let run = try begin()
    for number in 1...3 { try run.append(RunFixtures.epoch(number)) }
    try run.finish(RunFixtures.result())
    try run.replace(RunDirectory.File.best, with: [1, 2, 3])
    let contents = try RunDirectory.contents(at: folder.run)
    #expect(contents.record == RunFixtures.record())
    #expect(contents.epochs == (1...3).map { RunFixtures.epoch($0) })
    #expect(try contents.result == RunFixtures.result())
    #expect(contents.remarks.isEmpty && !contents.hasCutMetrics)
    #expect(
      try folder.names() == [
        "run.json", "metrics.jsonl", "result.json", "best.safetensors", "run.lock",
      ])
  }

  @Test func whatIsNoNumberComesBack() throws {
    let run = try begin()
    try run.append(RunFixtures.epoch(1, loss: .nan))
    try run.append(RunFixtures.epoch(2, loss: .infinity))
    try run.append(RunFixtures.epoch(3, loss: -.infinity))
    #expect(try folder.text("metrics.jsonl").contains(#""loss":"NaN""#))
    let losses = try RunDirectory.contents(at: folder.run).epochs.map(\.train.loss)
    #expect(losses[0].isNaN && losses[1] == .infinity && losses[2] == -.infinity)
  }

  @Test func keysAreTheOnesThatAreDocumented() throws {
    let run = try begin()
    try run.append(RunFixtures.epoch(1))
    try run.finish(RunFixtures.result())
    for key in [
      "schema", "trainer", "view", "source", "kind", "identity", "split", "policy", "fingerprint",
      "sides", "training", "selection", "labels", "sampleShape", "seed", "epochs", "batchSize",
      "threads", "options", "normalisation", "parameters", "recipe", "samples", "tracks", "lathe",
      "startedAt",
    ] { #expect(try folder.text("run.json").contains("\"\(key)\" :"), "\(key)") }
    for key in [
      "epoch", "train", "loss", "accuracy", "evaluations", "sliceAccuracy", "trackAccuracy",
      "trackInterval", "macroF1", "slices", "tracks", "learningRate", "seconds", "trainSeconds",
      "loaderSeconds", "samplesPerSecond", "isBest",
    ] { #expect(try folder.text("metrics.jsonl").contains("\"\(key)\":"), "\(key)") }
    for key in ["status", "bestEpoch", "metrics", "trackConfusion", "sliceConfusion"] {
      #expect(try folder.text("result.json").contains("\"\(key)\" :"), "\(key)")
    }
  }

  @Test func anotherRunOrFolderIsNotWrittenOver() throws {
    _ = try begin()
    let error = try #require(throws: TrainingError.self) { try begin() }
    #expect(error.kind == .run && error.detail.contains("holds a run already"))
    let other = try RunFolder()
    try FileManager.default.createDirectory(atPath: other.run, withIntermediateDirectories: true)
    try other.write("dear diary", "notes.txt")
    let second = try #require(throws: TrainingError.self) {
      try RunDirectory.create(at: other.run, record: RunFixtures.record())
    }
    #expect(second.detail.contains("'notes.txt'"))
    #expect(try other.names() == ["notes.txt"])
    #expect(throws: TrainingError.self) {
      try RunDirectory.create(at: "\(other.run)/notes.txt", record: RunFixtures.record())
    }
  }

  /// The record comes last: without it a run that was killed as it began is begun again.
  @Test func aBeginningThatWasCutShortIsBegunAgain() throws {
    let split = Array(#"{"assignment":{}}"#.utf8)
    do { _ = try RunDirectory.create(at: folder.run, record: RunFixtures.record(), split: split) }
    #expect(try folder.text("split.json") == #"{"assignment":{}}"#)
    try FileManager.default.removeItem(atPath: "\(folder.run)/run.json")
    try folder.write("{", "split.json.temporary")
    do { _ = try RunDirectory.create(at: folder.run, record: RunFixtures.record(), split: split) }
    #expect(try Set(folder.names()) == ["run.json", "split.json", "run.lock"])
    // Without the lock of a run it is a file of somebody's own.
    let other = try RunFolder()
    try FileManager.default.createDirectory(atPath: other.run, withIntermediateDirectories: true)
    try other.write("mine", "split.json")
    let error = try #require(throws: TrainingError.self) {
      try RunDirectory.create(at: other.run, record: RunFixtures.record(), split: split)
    }
    #expect(error.detail.contains("'split.json'"))
    #expect(try other.text("split.json") == "mine")
  }

  @Test func oneProcessWritesARun() throws {
    var run: RunDirectory? = try begin()
    #expect(run?.path == folder.run)
    let error = try #require(throws: TrainingError.self) {
      try RunDirectory.resume(at: folder.run)
    }
    #expect(error.kind == .locked && error.detail.contains("process \(getpid()) "))
    #expect(try RunDirectory.contents(at: folder.run).epochs.isEmpty)
    run = nil
    _ = try RunDirectory.resume(at: folder.run)
  }

  @Test func epochsComeInOrder() throws {
    let run = try begin()
    for number in [0, 2, -1] {
      #expect(throws: TrainingError.self) { try run.append(RunFixtures.epoch(number)) }
    }
    try run.append(RunFixtures.epoch(1))
    #expect(throws: TrainingError.self) { try run.append(RunFixtures.epoch(1)) }
    try run.append(RunFixtures.epoch(2))
    try run.finish(RunFixtures.result())
    try run.truncateMetrics(after: 1)
    #expect(try RunDirectory.contents(at: folder.run).epochs.map(\.epoch) == [1])
    #expect(try RunDirectory.contents(at: folder.run).result == nil)
    try run.append(RunFixtures.epoch(2, loss: 7))
    #expect(try RunDirectory.contents(at: folder.run).epochs.last?.train.loss == 7)
    try run.truncateMetrics(after: 0)
    try run.append(RunFixtures.epoch(1))
  }

  /// A crash may cut the last line anywhere.
  @Test func aCutLineIsLeftOutAndTold() throws {
    var run: RunDirectory? = try begin()
    for number in 1...2 { try run?.append(RunFixtures.epoch(number)) }
    run = nil
    let whole = try folder.text("metrics.jsonl")
    let first = whole.split(separator: "\n")[0].utf8.count + 1
    for length in stride(from: first + 1, to: whole.utf8.count, by: 17) {
      try folder.write(String(whole.prefix(length)), "metrics.jsonl")
      let contents = try RunDirectory.contents(at: folder.run)
      #expect(contents.epochs.map(\.epoch) == [1] && contents.hasCutMetrics)
      #expect(contents.remarks.count == 1 && contents.remarks[0].contains("line 2"))
    }
    let (resumed, contents) = try RunDirectory.resume(at: folder.run)
    #expect(contents.epochs.count == 1)
    try resumed.append(RunFixtures.epoch(2))
    #expect(try folder.text("metrics.jsonl") == whole)
  }

  @Test func aRunThatWasNeverBegunIsNone() throws {
    #expect(throws: TrainingError.self) { try RunDirectory.resume(at: folder.run) }
    #expect(!FileManager.default.fileExists(atPath: folder.run))
    #expect(throws: TrainingError.self) { try RunDirectory.resume(at: folder.path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func aFailedWriteLeavesWhatWasThere() throws {
    let run = try begin()
    try run.append(RunFixtures.epoch(1))
    // A folder stands where the temporary file would be made.
    try FileManager.default.createDirectory(
      atPath: "\(folder.run)/last.safetensors.temporary", withIntermediateDirectories: true)
    #expect(throws: TrainingError.self) { try run.replace("last.safetensors", with: [1]) }
    #expect(try !folder.names().contains("last.safetensors"))
    let full = try #require(throws: TrainingError.self) {
      try RunFiles.write(
        [UInt8](repeating: 0, count: 1 << 20),
        to: open("/dev/full", O_WRONLY), "/dev/full")
    }
    #expect(full.kind == .noSpace && full.description.contains("free some space"))
  }
}
