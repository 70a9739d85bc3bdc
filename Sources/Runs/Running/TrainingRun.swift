public import Corpus
internal import Foundation
public import Networks
public import Training

/// A run with its directory, ready to train, whatever its trainer is.
///
/// ```swift
/// let samples = try DividedSamples.cache("gtzan.lathe", view: .features)
/// let job = try TrainingJob(TrainingMode(.features), samples)
/// let result = try TrainingRun(job, at: "runs/a").train()
/// ```
public struct TrainingRun {
  /// Where it is recorded.
  public let directory: RunDirectory
  /// What an external program may do before it is held to be broken.
  public var limits = ExternalTraining.Limits()
  /// Takes the lines that an external program writes to its standard error.
  public var programOutput: @Sendable (String) -> Void = { _ in }

  private let job: TrainingJob
  private let trainer: (any Trainer)?
  private let isResumed: Bool

  /// Begins a run. The trainer is made first, so that a run that cannot begin leaves no folder
  /// behind.
  /// - Parameter path: a new or empty folder; nil for ``newPath(for:)``.
  /// - Throws: `TrainingError` where the trainer cannot be made or the folder is taken.
  public init(_ job: TrainingJob, at path: String? = nil) throws(TrainingError) {
    self.job = job
    trainer = try job.trainer()
    directory = try job.createDirectory(at: path ?? Self.newPath(for: job.record), for: trainer)
    isResumed = false
  }

  /// Goes on with a run.
  /// - Parameters:
  ///   - path: its directory.
  ///   - samplesPath: where its cache or table lies now; nil for where it was.
  ///   - mayStart: whether a program may be started, whose command is given: a run by another
  ///     program goes on by that program, and a directory that somebody else wrote can name any.
  ///     Nothing is started unless this says so.
  ///   - registry: the trainers that can be named.
  /// - Throws: ``RunError``: `.program` where it may not; `.run` where the samples are not those of
  ///   the run; `TrainingError` where the directory is none, is locked or damaged.
  public init(
    resuming path: String, samplesAt samplesPath: String? = nil,
    mayStart: (String) -> Bool = { _ in false },
    registry: TrainerRegistry = EmbeddedTrainers.registry
  ) throws {
    try self.init(resuming: path, mayStart: mayStart, registry: registry) {
      try .of($0, in: path, at: samplesPath)
    }
  }

  /// The same on samples that the caller opens, such as those of a cache that is open already,
  /// which a process opens once only.
  public init(
    resuming path: String, mayStart: (String) -> Bool = { _ in false },
    registry: TrainerRegistry = EmbeddedTrainers.registry,
    on samples: (RunRecord) throws -> DividedSamples
  ) throws {
    let (directory, contents) = try RunDirectory.resume(at: path)
    if contents.record.batches != .stream {
      try contents.record.checkProgram(at: path, mayStart)
    }
    job = try TrainingJob(
      resuming: contents.record, try samples(contents.record), registry: registry)
    trainer = try job.trainer()
    self.directory = directory
    isResumed = true
  }

  /// The sides that have no sample of some labels, which their figures say nothing of.
  public var lackingSides: [TrainingSource.LackingSide] { job.source.lackingSides }

  /// Trains until the last epoch, an early end or a request to stop.
  /// - Throws: `TrainingError`; what went wrong is in the run's result then, too.
  public func train(
    progress: any TrainingProgress = SilentTraining(), cancellation: Cancellation = Cancellation()
  ) throws(TrainingError) -> ResultRecord {
    if let trainer {
      return try job.run(
        trainer, in: directory, resuming: isResumed, progress: progress, cancellation: cancellation)
    }
    var external = try ExternalTraining(
      command: TrainingMode.command(of: job.record.trainer) ?? "", run: directory,
      source: job.source, at: job.path, batches: directory.record.batches ?? .none,
      patience: job.configuration.patience, limits: limits, output: programOutput)
    if isResumed { try external.resume() }
    return try external.run(progress: progress, cancellation: cancellation)
  }

  /// A folder in `runs` that is not taken, such as
  /// `runs/mel-small-grouped-seed1-0.8-0.1-0.1-seed1`; a number follows where it would be.
  public static func newPath(for record: RunRecord) -> String {
    let trainer = TrainingMode.command(of: record.trainer) == nil ? record.trainer : "exec"
    let test = record.split.sides.contains("train") ? "" : "-\(record.sides.test ?? "")"
    let name = "runs/\(trainer)-\(record.split.name)\(test)-seed\(record.seed)"
    guard FileManager.default.fileExists(atPath: name) else { return name }
    var number = 2
    while FileManager.default.fileExists(atPath: "\(name)-\(number)") { number += 1 }
    return "\(name)-\(number)"
  }
}

extension RunRecord {
  /// Refuses a run by a program that nobody allows to be started.
  /// - Throws: ``RunError`` `.program` that says what would be started.
  func checkProgram(at path: String, _ mayStart: (String) -> Bool) throws(RunError) {
    guard let command = TrainingMode.command(of: trainer), !mayStart(command) else { return }
    throw RunError(
      kind: .program, subject: path, detail: "it would start this program: \(command)",
      hint: "if you trust whoever wrote the run, allow it with --allow-exec")
  }
}
