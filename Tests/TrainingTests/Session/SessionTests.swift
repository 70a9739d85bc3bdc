import Corpus
import DataLoading
import Foundation
import Safetensors
import Synchronization
import Testing

@testable import Training

/// The loop: epochs, metrics, the best of them, and what is told.
@Suite struct SessionTests {
  private final class Listener: TrainingProgress {
    var events: [TrainingEvent] = []
    func report(_ event: TrainingEvent) { events.append(event) }
  }

  /// Two labels, two tracks of each, two slices of each.
  private func source(selection: String?) throws -> TrainingSource {
    let samples = try SessionFixture.samples(tracks: 4, seed: 1, name: "some", labels: 2)
    return try TrainingSource(
      training: samples, evaluated: [TrainingSource.Side("validation", samples)],
      selection: selection)
  }

  private func run(
    epochs: Int, patience: Int? = nil, selection: String? = "validation",
    _ probability: @escaping (_ epoch: Int, _ track: Int, _ slice: Int) -> Float
  ) throws -> ResultRecord {
    var configuration = SessionConfiguration()
    (configuration.epochs, configuration.patience) = (epochs, patience)
    return try TrainingSession(
      ScriptedTrainer(probability), try source(selection: selection), configuration
    ).run()
  }

  @Test func learnsAndRecords() throws {
    var fixture = try SessionFixture()
    fixture.configuration.epochs = 12
    let listener = Listener()
    let trainer = fixture.trainer()
    let directory = try fixture.begin("run")
    let result = try TrainingSession(
      trainer, fixture.source, fixture.configuration, directory: directory, progress: listener
    ).run()
    #expect(result.status == .finished && result.epochs == 12)
    let contents = try RunDirectory.contents(at: directory.path, withOutcomes: true)
    #expect(contents.result == result && contents.epochs.count == 12)
    let first = try #require(contents.epochs.first)
    let last = try #require(contents.epochs.last)
    #expect(last.train.loss < first.train.loss && last.train.accuracy > 0.8)
    #expect(first.evaluations.keys.sorted() == ["test", "validation"])
    #expect(first.evaluations["test"]?.slices == 8 && first.evaluations["test"]?.tracks == 4)
    #expect(first.learningRate > last.learningRate && last.learningRate > 0)
    #expect(contents.epochs.allSatisfy { $0.seconds >= $0.trainSeconds && $0.trainSeconds > 0 })
    let best = try #require(result.bestEpoch)
    #expect(contents.epochs.last { $0.isBest }?.epoch == best)
    #expect(contents.epochs[best - 1].evaluations["test"] == result.evaluations["test"]?.metrics)
    guard case .began(let record, 0) = listener.events.first,
      case .ended(let told) = listener.events.last
    else { return #expect(Bool(false), "no beginning or no end was told") }
    #expect(record == directory.record && told == result)
    let advances = listener.events.compactMap {
      if case .advanced(let advance) = $0 { advance } else { nil }
    }
    #expect(advances.filter { $0.step == $0.steps }.count == 12)
    #expect(advances.allSatisfy { $0.steps == 4 && $0.epochs == 12 && $0.loss.isFinite })
    #expect(advances.last?.remainingSeconds == 0)
  }

  /// What a checkpoint predicts is what the result says of it.
  @Test func theBestCheckpointIsTheOneThatIsMeasured() throws {
    let fixture = try SessionFixture()
    let result = try fixture.train(fixture.trainer(), in: "run")
    let file = try TensorFile(reading: "\(fixture.path("run"))/best.safetensors")
    #expect(file.metadata["epoch"] == result.bestEpoch.map { "\($0)" })
    #expect(file.metadata["labels"] == "label0,label1,label2" && file.metadata["format"] == "pt")
    #expect(file.names == ["layer.weight"])
    let trainer = fixture.trainer()
    try trainer.restore(weights: file)
    var loading = LoaderConfiguration()
    loading.batchSize = 4
    // Whatever a configuration says, each sample is predicted once, in order, as it is.
    loading.augmentation = Augmentation()
    loading.augmentation?.mixup = Augmentation.Mixup(alpha: 0.2)
    loading.epochs = 7
    for side in fixture.source.evaluated {
      let evaluation = try Prediction(trainer, loading).evaluation(of: side.samples)
      #expect(evaluation == result.evaluations[side.name])
    }
    var locations: [SampleLocation] = []
    try Prediction(trainer, loading).forEach(of: fixture.source.training) { location, _, _ in
      locations.append(location)
    }
    #expect(locations == (0..<14).map { SampleLocation(track: $0 / 2, slice: $0 % 2) })
  }

  @Test func tracksDecideThenSlicesThenLoss() throws {
    // Tracks that are right by one slice of two, by both, by a hair.
    let probabilities: [[Float]] = [
      [0.9, 0.2], [0.6, 0.6], [0.7, 0.7], [0.7, 0.7], [0.4, 0.4], [0.95, 0.1],
    ]
    let result = try run(epochs: 6) { epoch, _, slice in probabilities[epoch - 1][slice] }
    // 1: tracks only; 2: slices too; 3: a lower loss; 4: the same, which is no better.
    #expect(result.bestEpoch == 3)
    let metrics = try #require(result.evaluations["validation"]?.metrics)
    #expect(metrics.trackAccuracy == 1 && metrics.sliceAccuracy == 1)
    #expect(abs(metrics.loss + log(0.7)) < 1e-6)
  }

  @Test func moreTracksBeatFewerWhateverElse() throws {
    let result = try run(epochs: 2) { epoch, track, slice in
      // First three tracks surely, then all four by a hair and half of the slices.
      epoch == 1 ? (track == 0 ? 0.01 : 0.99) : (slice == 0 ? 0.56 : 0.46)
    }
    #expect(result.bestEpoch == 2)
  }

  @Test(arguments: [(1, 3), (2, 4), (3, 5), (4, 6), (5, 6)])
  func patienceEndsIt(_ patience: Int, epochs: Int) throws {
    let result = try run(epochs: 6, patience: patience) { epoch, _, _ in epoch == 2 ? 0.9 : 0.6 }
    #expect(result.epochs == epochs && result.bestEpoch == 2)
    #expect(result.status == (epochs < 6 ? .stoppedEarly : .finished))
  }

  @Test func withoutASelectingSideTheLastEpochIsTheBest() throws {
    let result = try run(epochs: 4, patience: 1, selection: nil) { epoch, _, _ in
      epoch == 2 ? 0.9 : 0.6
    }
    #expect(result.status == .finished && result.epochs == 4 && result.bestEpoch == 4)
    let loss = try #require(result.evaluations["validation"]?.metrics.loss)
    #expect(abs(loss + log(0.6)) < 1e-6)
  }

  @Test func withoutAnySideItTrainsAllTheSame() throws {
    let fixture = try SessionFixture()
    var blind = fixture
    blind.source = try TrainingSource(training: fixture.source.training, evaluated: [])
    let result = try blind.train(blind.trainer(), in: "blind")
    #expect(result.status == .finished && result.bestEpoch == 3 && result.evaluations.isEmpty)
    let (best, last) = (try blind.outcome("blind").best, try blind.outcome("blind").last)
    #expect(best != nil && best == last)
  }

  /// A run that had stopped early does not train an epoch more each time it is resumed, nor does
  /// one that was killed before it could say so.
  @Test func anEarlyEndIsAnEnd() throws {
    var fixture = try SessionFixture()
    fixture.source = try source(selection: "validation")
    (fixture.configuration.epochs, fixture.configuration.patience) = (9, 2)
    func trainer() -> ScriptedTrainer { ScriptedTrainer { epoch, _, _ in epoch == 1 ? 0.9 : 0.6 } }
    #expect(try fixture.train(trainer(), in: "run").status == .stoppedEarly)
    let before = try fixture.outcome("run")
    #expect(before.epochs.count == 3)
    #expect(try fixture.resume("run", with: trainer()).status == .stoppedEarly)
    #expect(try fixture.outcome("run") == before)
    try FileManager.default.removeItem(atPath: "\(fixture.path("run"))/result.json")
    try fixture.resume("run", with: trainer())
    #expect(try fixture.outcome("run") == before)
  }

  @Test func nothingNeedBeRecorded() throws {
    let fixture = try SessionFixture()
    let session = fixture.session(fixture.trainer(), nil)
    try session.resume()
    var recorded = try fixture.train(fixture.trainer(), in: "run")
    var result = try session.run()
    (recorded.seconds, result.seconds) = (0, 0)
    #expect(result == recorded)
  }

  @Test(arguments: [0, -3])
  func configurationsOutOfRangeAreRefused(_ number: Int) throws {
    for change: (inout SessionConfiguration) -> Void in [
      { $0.epochs = number }, { $0.batchSize = number }, { $0.patience = number },
    ] {
      var fixture = try SessionFixture()
      change(&fixture.configuration)
      let error = try #require(throws: TrainingError.self) {
        try fixture.session(fixture.trainer(), nil).run()
      }
      #expect(error.kind == .configuration && error.hint.contains("1 or more"), "\(error)")
    }
  }
}
