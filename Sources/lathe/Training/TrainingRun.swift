import Corpus
import Training

/// Runs a job into its directory, whatever its trainer is.
struct TrainingRun {
  private let job: TrainingJob
  private let trainer: (any Trainer)?
  let directory: RunDirectory
  private let progress: any TrainingProgress
  /// Of external programs.
  var limits = ExternalTraining.Limits()

  /// Makes the trainer first, so that a run that cannot begin leaves no folder behind.
  /// - Parameter directory: makes the folder, or opens that of a run to go on with.
  init(
    _ job: TrainingJob, progress: any TrainingProgress,
    in directory: ((any Trainer)?) throws -> RunDirectory
  ) throws {
    self.job = job
    trainer = try job.trainer()
    self.directory = try directory(trainer)
    self.progress = progress
  }

  /// - Throws: ``TrainingError``; what went wrong is in the run's result then, too.
  func run(resuming: Bool = false, cancellation: Cancellation) throws -> ResultRecord {
    if let trainer {
      return try job.run(
        trainer, in: directory, resuming: resuming, progress: progress, cancellation: cancellation)
    }
    let command = String(job.record.trainer.dropFirst(TrainingJob.externalPrefix.count))
    var external = try ExternalTraining(
      command: command, run: directory, source: job.source, at: job.path,
      batches: directory.record.batches ?? .none,
      patience: job.configuration.patience, limits: limits,
      output: { Output.error(Words.shown($0)) })
    if resuming { try external.resume() }
    return try external.run(progress: progress, cancellation: cancellation)
  }
}
