import Corpus
import Training

/// Runs a job into its directory, whatever its trainer is.
struct TrainingRun {
  private let job: TrainingJob
  private let directory: RunDirectory
  private let progress: any TrainingProgress

  init(_ job: TrainingJob, _ directory: RunDirectory, progress: any TrainingProgress) {
    self.job = job
    self.directory = directory
    self.progress = progress
  }

  /// - Throws: ``TrainingError``; what went wrong is in the run's result then, too.
  func run(resuming: Bool = false, cancellation: Cancellation) throws -> ResultRecord {
    guard let trainer = try job.trainer() else {
      throw TrainingError(
        kind: .configuration, subject: job.record.trainer, detail: "it cannot be run yet",
        hint: "name an embedded trainer")
    }
    return try job.run(
      trainer, in: directory, resuming: resuming, progress: progress, cancellation: cancellation)
  }
}
