public import Corpus
internal import DataLoading
public import Networks
public import Training

/// A trainer with the weights of a run, ready to predict.
public struct TrainedModel {
  /// The run.
  public let record: RunRecord
  let trainer: any Trainer
  let loading: LoaderConfiguration

  /// Which weights of a run.
  public enum Checkpoint: String, Sendable, Hashable, CaseIterable {
    /// Of the epoch that the selection side liked best.
    case best
    /// Of the last epoch.
    case last

    var file: String { self == .best ? RunDirectory.File.best : RunDirectory.File.last }
  }

  /// The trainer of a run, with one of its checkpoints.
  /// - Throws: `TrainingError` where there is no run or no such checkpoint, and ``RunError`` `.run` where an
  ///   external program made it.
  public init(
    run path: String, checkpoint: Checkpoint = .best,
    registry: TrainerRegistry = EmbeddedTrainers.registry
  ) throws {
    let record = try RunDirectory.contents(at: path).record
    guard TrainingMode.command(of: record.trainer) == nil else {
      throw RunError(
        kind: .run, subject: path,
        detail: "it was trained by an external program, which alone can predict with its weights",
        hint: "ask that program")
    }
    let kind = try registry.kind(named: record.torchNetwork ?? record.trainer)
    try Self.check(record, for: kind, at: path)
    trainer = try kind.make(
      TrainerSetting(
        sampleShape: record.sampleShape, labels: record.labels, seed: record.seed,
        threads: record.threads, batchSize: record.batchSize,
        options: TrainerOptions(record.options), isForPrediction: true))
    try trainer.restore(weights: try TensorFile(reading: "\(path)/\(checkpoint.file)"))
    var loading = LoaderConfiguration()
    loading.batchSize = record.batchSize
    loading.threads = 1
    loading.normalisation = record.normalisation
    self.loading = loading
    self.record = record
  }

  /// What a PyTorch trainer may be told that no network here knows, with the values that make no other network.
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

  /// How well samples are predicted.
  public func evaluation(of samples: any SampleSource) throws(TrainingError) -> SideEvaluation {
    try Prediction(trainer, loading).evaluation(of: samples)
  }

  /// The mean probability of each label over the samples: the vote of a track's slices.
  /// - Returns: as many numbers as there are labels, which add up to 1; NaN where there are no samples.
  public func vote(of samples: any SampleSource) throws(TrainingError) -> [Double] {
    var sums = [Double](repeating: 0, count: record.labels.count)
    try Prediction(trainer, loading).forEach(of: samples) { _, _, probabilities in
      for (index, probability) in probabilities.enumerated() { sums[index] += Double(probability) }
    }
    return sums.map { $0 / Double(samples.count) }
  }
}
