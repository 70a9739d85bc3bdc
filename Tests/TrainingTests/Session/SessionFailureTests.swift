import Corpus
import DataLoading
import Foundation
import Safetensors
import Testing

@testable import Training

/// Trainings that go wrong end with the reason, and with the last good checkpoint.
@Suite struct SessionFailureTests {
  /// Steps are counted from 0; an epoch has four.
  @Test(arguments: [(0, 1, 1), (3, 1, 4), (4, 2, 1), (6, 2, 3), (11, 3, 4)])
  func aDivergingRunKeepsTheLastGoodCheckpoint(_ step: Int, epoch: Int, batch: Int) throws {
    var fixture = try SessionFixture()
    // Nothing would have been written yet if it hadn't been for the failure.
    fixture.configuration.secondsBetweenStates = 1e9
    let (error, result) = try fixture.failure(in: "run") {
      try fixture.train(fixture.trainer(.diverges(step: step)), in: "run")
    }
    #expect(error.kind == .diverged && error.subject == "epoch \(epoch), batch \(batch)")
    #expect(error.detail == "the loss is nan")
    #expect(result?.status == .diverged && result?.epochs == epoch - 1)
    #expect(result?.message == "\(error)")
    let outcome = try fixture.outcome("run")
    #expect(outcome.epochs.count == epoch - 1)
    if epoch == 1 {
      #expect(error.hint.contains("no checkpoint yet") && outcome.last == nil)
      #expect(result?.bestEpoch == nil)
    } else {
      #expect(error.hint.contains("the checkpoint of epoch \(epoch - 1) is kept"))
      let last = try TensorFile(reading: "\(fixture.path("run"))/last.safetensors")
      #expect(last.metadata["epoch"] == "\(epoch - 1)")
      #expect(last["layer.weight"]?.floats?.allSatisfy(\.isFinite) == true)
      #expect(outcome.best != nil)
    }
    // A trainer that behaves goes on from there as if nothing had been.
    try fixture.train(fixture.trainer(), in: "whole")
    try fixture.resume("run")
    #expect(try fixture.outcome("run") == fixture.outcome("whole"))
  }

  /// A loss may be a number still where predictions are none any more.
  @Test func spoiltWeightsAreFoundByTheEvaluation() throws {
    let fixture = try SessionFixture()
    let (error, result) = try fixture.failure(in: "run") {
      try fixture.train(fixture.trainer(.spoilsWeights(step: 7)), in: "run")
    }
    #expect(error.kind == .diverged && error.subject.hasPrefix("epoch 2, prediction of track0"))
    #expect(error.hint.contains("the checkpoint of epoch 1 is kept"))
    #expect(result?.status == .diverged && result?.epochs == 1 && result?.bestEpoch == 1)
    let best = try TensorFile(reading: "\(fixture.path("run"))/best.safetensors")
    #expect(best["layer.weight"]?.floats?.allSatisfy(\.isFinite) == true)
  }

  @Test(arguments: [
    (SoftmaxRegression.Misdeed.countsWrongly, TrainingError.Kind.plugin, "11 probabilities for 4"),
    (.addsUpWrongly, .data, "must add up to 1"), (.givesLogits, .data, "not logits"),
    (.boasts, .plugin, "5 of 4 samples right"), (.namesAlike, .checkpoint, "layer.weight"),
  ])
  func trainersThatLie(
    _ misdeed: SoftmaxRegression.Misdeed, kind: TrainingError.Kind, words: String
  ) throws {
    let fixture = try SessionFixture()
    let (error, result) = try fixture.failure(in: "run") {
      try fixture.train(fixture.trainer(misdeed), in: "run")
    }
    #expect(error.kind == kind && "\(error)".contains(words), "\(error)")
    #expect(result?.status == .failed && result?.message == "\(error)")
  }

  @Test func whatATrainerThrowsIsWhatIsThrown() throws {
    let fixture = try SessionFixture()
    let own = TrainingError(kind: .system, subject: "card", detail: "it is on fire")
    let trainer = fixture.trainer()
    trainer.onStep = { if $0 == 5 { throw own } }
    let (error, result) = try fixture.failure(in: "run") { try fixture.train(trainer, in: "run") }
    #expect(error == own && result?.status == .failed && result?.message == "card: it is on fire")
    try fixture.train(fixture.trainer(), in: "whole")
    try fixture.resume("run")
    #expect(try fixture.outcome("run") == fixture.outcome("whole"))
  }

  @Test func samplesThatCannotBeReadAreNamed() throws {
    var fixture = try SessionFixture()
    let good = fixture.source
    for (training, subject) in [(true, "sample 9 of train"), (false, "sample 3 of test")] {
      let name = training ? "training" : "test"
      fixture.source = try TrainingSource(
        training: training ? Damaged(good.training, at: 9) : good.training,
        evaluated: training
          ? good.evaluated
          : good.evaluated.map {
            $0.name == "test" ? TrainingSource.Side("test", Damaged($0.samples, at: 3)) : $0
          },
        selection: "validation")
      let (error, result) = try fixture.failure(in: name) {
        try fixture.train(fixture.trainer(), in: name)
      }
      #expect(error.kind == .data && error.subject == subject && error.hint == "mend it")
      #expect(result?.status == .failed && result?.message?.contains(subject) == true)
    }
  }

  private struct Damaged: SampleSource {
    private let source: any SampleSource
    private let sample: Int

    init(_ source: any SampleSource, at sample: Int) {
      self.source = source
      self.sample = sample
    }

    var name: String { source.name }
    var identity: String { source.identity }
    var count: Int { source.count }
    var shape: [Int] { source.shape }
    var labels: [String] { source.labels }
    func label(of sample: Int) -> Int { source.label(of: sample) }
    func location(of sample: Int) -> SampleLocation { source.location(of: sample) }
    func trackID(_ track: Int) -> String { source.trackID(track) }
    func prefetch(_ sample: Int) {}
    func read(
      _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
    ) throws(SampleError) {
      guard sample != self.sample else {
        throw SampleError(
          kind: .damaged, subject: "sample \(sample) of \(name)", detail: "its checksum is wrong",
          hint: "mend it")
      }
      try source.read(sample, body)
    }
  }
}

/// Samples that nothing can be learnt from are refused before anything is written.
@Suite struct TrainingSourceTests {
  private func samples(labels: Int, tracks: Int = 4) throws -> MemorySamples {
    try SessionFixture.samples(tracks: tracks, seed: 1, name: "some", labels: labels)
  }

  private func refusal(
    _ training: MemorySamples, _ sides: [TrainingSource.Side] = [], selection: String? = nil
  ) throws -> TrainingError {
    try #require(throws: TrainingError.self) {
      try TrainingSource(training: training, evaluated: sides, selection: selection)
    }
  }

  @Test func oneLabelOnlyOrNone() throws {
    let one = try refusal(try samples(labels: 1))
    #expect(one.kind == .data && one.detail == "all samples have the label 'label0'")
    // A second label that no training sample has does not help.
    let two = try refusal(try samples(labels: 2, tracks: 1))
    #expect(two.detail == one.detail && two.hint.contains("two labels or more"))
    #expect(try refusal(try samples(labels: 2, tracks: 0)).detail == "there are no samples")
  }

  @Test func sidesThatDoNotFit() throws {
    let training = try samples(labels: 2)
    let empty = try refusal(training, [.init("test", try samples(labels: 2, tracks: 0))])
    #expect(empty.kind == .data && empty.detail == "there are no samples")
    let other = try refusal(training, [.init("test", try samples(labels: 3))])
    #expect(other.kind == .data && other.detail.contains("labels or its shape"))
    let side = TrainingSource.Side("test", training)
    #expect(try refusal(training, [side, side]).subject == "side 'test'")
    let unknown = try refusal(training, [side], selection: "validation")
    #expect(unknown.kind == .configuration && unknown.subject == "side 'validation'")
  }

  @Test func labelsAreCounted() throws {
    let source = try TrainingSource(training: try samples(labels: 3, tracks: 7), evaluated: [])
    #expect(source.labelCounts == [6, 4, 4])
  }
}
