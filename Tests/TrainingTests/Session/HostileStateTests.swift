import Corpus
import DataLoading
import Foundation
import Safetensors
import Testing

@testable import Training

/// State files and run directories in which a run cannot be gone on with: refused, and nothing is
/// lost.
@Suite struct HostileStateTests {
  let fixture: SessionFixture

  init() throws {
    fixture = try SessionFixture()
    let cancellation = Cancellation()
    let trainer = fixture.trainer()
    trainer.onStep = { if $0 == 5 { cancellation.cancel() } }
    _ = try fixture.session(trainer, try fixture.begin("run")).run(cancellation: cancellation)
  }

  private var statePath: String { "\(fixture.path("run"))/state.safetensors" }

  /// Refused, with the metrics and the checkpoints as they were.
  private func refusal(_ fixture: SessionFixture? = nil) throws -> TrainingError {
    let fixture = fixture ?? self.fixture
    let before = try fixture.outcome("run")
    let error = try #require(throws: TrainingError.self) { try fixture.resume("run") }
    let after = try fixture.outcome("run")
    #expect(after.best == before.best && after.last == before.last)
    #expect(after.epochs == before.epochs)
    return error
  }

  @Test func cutShort() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: statePath))
    for length in [0, 1, 7, 8, 9, 100, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: URL(fileURLWithPath: statePath))
      let error = try refusal()
      #expect(error.kind == .checkpoint && error.subject == statePath, "\(length): \(error)")
      #expect(!error.hint.isEmpty && !"\(error)".contains("\n"))
    }
    try whole.write(to: URL(fileURLWithPath: statePath))
    #expect(try fixture.resume("run").status == .finished)
  }

  @Test func anyByteChanged() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: statePath))
    for index in stride(from: 0, to: whole.count, by: 13) {
      var damaged = whole
      damaged[index] ^= 0x15
      try damaged.write(to: URL(fileURLWithPath: statePath))
      let error = try refusal()
      #expect([.checkpoint, .run].contains(error.kind), "byte \(index): \(error)")
    }
  }

  @Test func noFileAtAll() throws {
    #expect(unlink(statePath) == 0 && mkdir(statePath, 0o700) == 0)
    #expect(try refusal().kind == .checkpoint)
    #expect(rmdir(statePath) == 0 && mkfifo(statePath, 0o600) == 0)
    #expect(try refusal().detail.contains("no ordinary file"))
    #expect(unlink(statePath) == 0)
    // Killed before its first state: begun anew, to the same end.
    #expect(try fixture.resume("run").status == .finished)
    try fixture.train(fixture.trainer(), in: "whole")
    #expect(try fixture.outcome("run") == fixture.outcome("whole"))
  }

  @Test func anotherSchemaOrNone() throws {
    try fixture.rewriteState("run", schema: "lathe.state/2")
    #expect(try refusal().detail == "it is no state of a training")
    try fixture.rewriteState("run", schema: nil)
    #expect(try refusal().kind == .checkpoint)
    try FileManager.default.removeItem(atPath: statePath)
    try FileManager.default.copyItem(
      atPath: "\(fixture.path("run"))/last.safetensors", toPath: statePath)
    #expect(try refusal().detail == "it is no state of a training")
  }

  @Test(arguments: [
    (#""epochsDone":1"#, #""epochsDone":2"#), (#""epochsDone":1"#, #""epochsDone":-1"#),
    (#""epochsDone":1"#, #""epochsDone":9223372036854775807"#),
    (#""step":6"#, #""step":-6"#), (#""step":6"#, #""step":1e30"#), (#""step":6"#, #""step":0"#),
    (#""steps":2"#, #""steps":9223372036854775807"#), (#""samples":8"#, #""samples":-1"#),
    (#""bestEpoch":1"#, #""bestEpoch":5"#), (#""bestEpoch":1"#, #""bestEpoch":0"#),
    (#""epoch":1"#, #""epoch":7"#), (#""position":8"#, #""position":800"#),
    (#""position":8"#, #""position":-8"#), (#""seed":5"#, #""seed":6"#),
    (#""loader":{"#, #""other":{"#), (#"{"#, "["), (#"{"#, ""),
    (#""seconds":"#, #""seconds":-"#), (#""version":1"#, #""version":2"#),
  ])
  func countsThatContradictEachOther(_ old: String, new: String) throws {
    #expect(try fixture.stateJSON("run").contains(old))
    try fixture.rewriteState("run") { $0.replacingOccurrences(of: old, with: new) }
    let error = try refusal()
    #expect([.checkpoint, .run].contains(error.kind) && !error.hint.isEmpty, "\(error)")
  }

  @Test func anotherNetwork() throws {
    let directory = try RunDirectory.resume(at: fixture.path("run")).directory
    for other in [
      SoftmaxRegression(inputs: 12, labels: 4), SoftmaxRegression(inputs: 11, labels: 3),
    ] {
      let before = other.values
      let session = fixture.session(other, directory)
      let error = try #require(throws: TrainingError.self) { try session.resume() }
      #expect(error.kind == .checkpoint && error.subject == statePath)
      #expect(error.detail.contains("'layer.weight'") && error.hint.contains("this very network"))
      #expect(other.values == before)
    }
  }

  @Test func otherSamplesOrAnotherSeed() throws {
    var other = fixture
    other.configuration.seed += 1
    #expect(try refusal(other).subject == "state: seed")
    other = fixture
    other.source = try TrainingSource(
      training: try SessionFixture.samples(tracks: 7, seed: 9, name: "train"),
      evaluated: fixture.source.evaluated, selection: "validation")
    let error = try refusal(other)
    #expect(error.kind == .checkpoint && error.subject == "state: identity")
  }

  @Test func metricsThatLackEpochs() throws {
    try Data().write(to: URL(fileURLWithPath: "\(fixture.path("run"))/metrics.jsonl"))
    let error = try refusal()
    #expect(error.kind == .run && error.subject.hasSuffix("metrics.jsonl"))
    #expect(error.detail == "it has 0 epochs, and the state is of epoch 1")
  }

  @Test func aFinishedRunWithoutItsBestCheckpoint() throws {
    try fixture.resume("run")
    try FileManager.default.removeItem(atPath: "\(fixture.path("run"))/best.safetensors")
    let (error, result) = try fixture.failure(in: "run") { try fixture.resume("run") }
    #expect(error.kind == .checkpoint && error.subject.hasSuffix("best.safetensors"))
    #expect(result?.status == .failed)
  }
}
