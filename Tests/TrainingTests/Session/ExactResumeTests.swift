import Corpus
import DataLoading
import Foundation
import Testing

@testable import Training

/// A run that was stopped or killed at any step, and resumed, ends as if nothing had happened: the
/// same checkpoints byte for byte, the same metrics but for times.
@Suite struct ExactResumeTests {
  /// What the batches and the choice of the best epoch depend on.
  enum Variant: String, CaseIterable {
    case plain, noSelection, twoLoaderThreads, fillingHere, balanced, augmented, normalised
  }

  private func fixture(_ variant: Variant) throws -> SessionFixture {
    var fixture = try SessionFixture(selects: variant != .noSelection)
    switch variant {
    case .plain, .noSelection: break
    case .twoLoaderThreads: fixture.configuration.loaderThreads = 2
    case .fillingHere: fixture.configuration.loaderThreads = 0
    case .balanced: fixture.configuration.sampling = .balanced
    case .augmented:
      fixture.configuration.augmentation = try JSONDecoder().decode(
        Augmentation.self,
        from: Data(
          #"{"circular_shift": {"share": 0.5}, "mixup": {"alpha": 0.4}}"#.utf8))
    case .normalised:
      fixture.configuration.normalisation = Normalisation(
        SampleStatistics(
          axis: .first, samples: 14, means: [0.1, 0.3, -0.2], deviations: [0.5, 2, 0]))
    }
    return fixture
  }

  @Test(arguments: Variant.allCases)
  func stoppedAtAnyStep(_ variant: Variant) throws {
    let fixture = try fixture(variant)
    #expect(try fixture.train(fixture.trainer(), in: "whole").status == .finished)
    let whole = try fixture.outcome("whole")
    #expect(whole.epochs.count == 3 && whole.best != nil)
    for step in 0..<11 {
      let name = "stopped\(step)"
      let cancellation = Cancellation()
      let trainer = fixture.trainer()
      trainer.onStep = { if $0 == step { cancellation.cancel() } }
      let result = try fixture.session(trainer, try fixture.begin(name)).run(
        cancellation: cancellation)
      #expect(result.status == .interrupted && result.epochs == (step + 1) / 4, "\(step)")
      #expect(try fixture.stateJSON(name).contains("\"step\":\(step + 1),"))
      #expect(try fixture.resume(name).status == .finished)
      #expect(try fixture.outcome(name) == whole, "\(variant), stopped in step \(step)")
    }
  }

  /// What a process leaves that is killed in a step is what lies in the folder then.
  @Test(arguments: Variant.allCases, [0, 1e9])
  func killedAtAnyStep(_ variant: Variant, secondsBetweenStates: Double) throws {
    var fixture = try fixture(variant)
    fixture.configuration.secondsBetweenStates = secondsBetweenStates
    let trainer = fixture.trainer()
    trainer.onStep = { step in
      try FileManager.default.copyItem(
        atPath: fixture.path("whole"), toPath: fixture.path("killed\(step)"))
    }
    try fixture.train(trainer, in: "whole")
    let whole = try fixture.outcome("whole")
    for step in 0..<12 {
      let name = "killed\(step)"
      #expect(try RunDirectory.contents(at: fixture.path(name)).result == nil)
      #expect(try fixture.resume(name).status == .finished)
      #expect(try fixture.outcome(name) == whole, "\(variant), killed in step \(step)")
    }
  }

  @Test func stoppedAgainAndAgain() throws {
    let fixture = try fixture(.augmented)
    try fixture.train(fixture.trainer(), in: "whole")
    _ = try fixture.begin("often")
    var stops = 0
    while true {
      // Every process takes one step.
      let cancellation = Cancellation()
      cancellation.cancel()
      if try fixture.resume("often", cancellation: cancellation).status == .finished { break }
      stops += 1
      try #require(stops < 100)
    }
    #expect(stops == 11)
    #expect(try fixture.outcome("often") == fixture.outcome("whole"))
  }

  /// The state is written last: what lies beside it may be newer.
  @Test func checkpointsAndMetricsNewerThanTheState() throws {
    var fixture = try SessionFixture()
    fixture.configuration.secondsBetweenStates = 0
    let trainer = fixture.trainer()
    trainer.onStep = { step in
      try FileManager.default.copyItem(
        atPath: fixture.path("whole"), toPath: fixture.path("killed\(step)"))
    }
    try fixture.train(trainer, in: "whole")
    let state = "\(fixture.path("killed8"))/state.safetensors"
    try FileManager.default.removeItem(atPath: state)
    try FileManager.default.copyItem(
      atPath: "\(fixture.path("killed4"))/state.safetensors", toPath: state)
    try fixture.resume("killed8")
    #expect(try fixture.outcome("killed8") == fixture.outcome("whole"))
  }

  @Test func aFinishedRunIsLeftAsItIs() throws {
    let fixture = try SessionFixture()
    try fixture.train(fixture.trainer(), in: "run")
    let before = try fixture.outcome("run")
    #expect(try fixture.resume("run").status == .finished)
    #expect(try fixture.outcome("run") == before)
  }

  @Test func aSeedOfItsOwnGivesAnotherRun() throws {
    var fixture = try SessionFixture()
    try fixture.train(fixture.trainer(), in: "one")
    fixture.configuration.seed += 1
    try fixture.train(fixture.trainer(), in: "other")
    #expect(try fixture.outcome("one").last != fixture.outcome("other").last)
  }
}
