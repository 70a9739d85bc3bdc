import Corpus
import DataLoading
import Training

/// A trainer with the weights of a run, ready to predict.
struct TrainedModel {
  let record: RunRecord
  let trainer: any Trainer
  let loading: LoaderConfiguration

  /// - Parameter checkpoint: best or last.
  /// - Throws: ``TrainingError`` where the run has no such checkpoint, or an external program made it.
  init(run path: String, checkpoint: Checkpoint = .best) throws {
    let record = try RunDirectory.contents(at: path).record
    guard !record.trainer.hasPrefix(TrainingJob.externalPrefix) else {
      throw TrainingError(
        kind: .configuration, subject: path,
        detail: "it was trained by an external program, which alone can predict with its weights",
        hint: "ask that program")
    }
    let kind = try TrainingJob.registry.kind(named: record.torchNetwork ?? record.trainer)
    try Self.check(record, for: kind, at: path)
    trainer = try kind.make(
      TrainerSetting(
        sampleShape: record.sampleShape, labels: record.labels, seed: record.seed,
        threads: record.threads, batchSize: record.batchSize,
        options: TrainerOptions(record.options.filter { $0.key != TrainingJob.patienceKey }),
        isForPrediction: true))
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
  private static func check(_ record: RunRecord, for kind: TrainerKind, at path: String) throws {
    for (name, value) in torchOnly where record.options[name] ?? value != value {
      throw TrainingError(
        kind: .configuration, subject: path,
        detail:
          "it was trained with \(name) \(record.options[name] ?? ""), which \(kind.name) has not",
        hint: "predict with python -m lathe.train, or train with \(name) \(value)")
    }
  }

  /// Which weights of a run.
  enum Checkpoint: String, CaseIterable {
    /// Of the epoch that the selection side liked best.
    case best
    /// Of the last epoch.
    case last

    var file: String { self == .best ? RunDirectory.File.best : RunDirectory.File.last }
  }

  /// How well samples are predicted.
  func evaluation(of samples: any SampleSource) throws -> SideEvaluation {
    try Prediction(trainer, loading).evaluation(of: samples)
  }
}
