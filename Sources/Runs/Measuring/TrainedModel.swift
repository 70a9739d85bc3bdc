public import Corpus
internal import DataLoading
public import Networks
public import Training

/// A trainer with the weights of a run, ready to predict; of a run by another program, that
/// program.
public struct TrainedModel {
  /// The run.
  public let record: RunRecord
  private let predictor: Predictor

  private enum Predictor {
    case trainer(any Trainer, LoaderConfiguration)
    case program(ExternalPrediction)
  }

  /// Which weights of a run.
  public enum Checkpoint: String, Sendable, Hashable, CaseIterable {
    /// Of the epoch that the selection side liked best.
    case best
    /// Of the last epoch.
    case last

    var file: String { self == .best ? RunDirectory.File.best : RunDirectory.File.last }
  }

  /// The trainer of a run, with one of its checkpoints.
  /// - Parameters:
  ///   - samplesPath: where the run's cache lies now, for a program; nil for where it was.
  ///   - mayStart: whether a program may be started, whose command is given; see ``TrainingRun``.
  ///   - programOutput: takes the lines that a program writes to its standard error.
  /// - Throws: `TrainingError` where there is no run or no such checkpoint, and ``RunError``
  ///   `.program` where the run's program may not be started.
  public init(
    run path: String, checkpoint: Checkpoint = .best, samplesAt samplesPath: String? = nil,
    mayStart: (String) -> Bool = { _ in false },
    programOutput: @escaping @Sendable (String) -> Void = { _ in },
    registry: TrainerRegistry = EmbeddedTrainers.registry
  ) throws {
    let record = try RunDirectory.contents(at: path).record
    self.record = record
    if let command = TrainingMode.command(of: record.trainer) {
      try record.checkProgram(at: path, mayStart)
      predictor = .program(
        ExternalPrediction(
          command: command, record: record, checkpoint: "\(path)/\(checkpoint.file)",
          at: samplesPath, output: programOutput))
      return
    }
    let kind = try registry.kind(named: record.torchNetwork ?? record.trainer)
    try Self.check(record, for: kind, at: path)
    let trainer = try kind.make(
      TrainerSetting(
        sampleShape: record.sampleShape, labels: record.labels, isTagged: record.isTagged,
        seed: record.seed, threads: record.threads, batchSize: record.batchSize,
        options: TrainerOptions(record.options), isForPrediction: true))
    try trainer.restore(weights: try TensorFile(reading: "\(path)/\(checkpoint.file)"))
    var loading = LoaderConfiguration()
    loading.batchSize = record.batchSize
    loading.threads = 1
    loading.normalisation = record.normalisation
    predictor = .trainer(trainer, loading)
  }

  /// Options of PyTorch trainers that no network here has, with the values that make no
  /// other network.
  private static let torchOnly = ["pooling-kind": "max"]

  /// Refuses weights that would fit a network here and mean another.
  private static func check(
    _ record: RunRecord, for kind: TrainerKind, at path: String
  ) throws(RunError) {
    for (name, value) in torchOnly where record.options[name] ?? value != value {
      throw RunError(
        kind: .run, subject: path,
        detail:
          "it was trained with \(name) \(record.options[name] ?? ""), which \(kind.name) has not",
        hint: "predict with python -m lathe.train, or train with \(name) \(value)")
    }
  }

  /// How well samples are predicted, and the mean probability of each label over them: the vote of
  /// a track's slices.
  public typealias Answer = ExternalPrediction.Answer

  /// Whether another program predicts, which is started each time it is asked.
  var isProgram: Bool { if case .program = predictor { true } else { false } }

  /// What is said of each of several samples.
  /// - Throws: `TrainingError` where samples cannot be read, or a program does what it must not.
  public func answers(
    _ samples: [any SampleSource], cancellation: Cancellation = Cancellation()
  ) throws(TrainingError) -> [Answer] {
    switch predictor {
    case .trainer(let trainer, let loading):
      var answers: [Answer] = []
      for source in samples { answers.append(try Self.answer(source, trainer, loading)) }
      return answers
    case .program(let program):
      // Of nothing, no program need be asked.
      if samples.isEmpty { return [] }
      let sides = samples.enumerated().map { TrainingSource.Side("samples-\($0 + 1)", $1) }
      let answers = try program.run(on: sides, cancellation: cancellation)
      return sides.compactMap { answers[$0.name] }
    }
  }

  private static func answer(
    _ samples: any SampleSource, _ trainer: any Trainer, _ loading: LoaderConfiguration
  ) throws(TrainingError) -> Answer {
    var gathering = SideGathering(of: samples)
    var sums = [Double](repeating: 0, count: samples.labels.count)
    try Prediction(trainer, loading).forEach(of: samples) {
      location, truth, probabilities throws(TrainingError) in
      try gathering.add(location, truth, probabilities: probabilities)
      for (index, probability) in probabilities.enumerated() { sums[index] += Double(probability) }
    }
    return Answer(
      evaluation: try gathering.finish(),
      probabilities: sums.map { $0 / Double(max(1, samples.count)) })
  }
}
