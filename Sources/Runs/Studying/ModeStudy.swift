public import Corpus
internal import DatasetCache
internal import Foundation
internal import Networks
public import Training

/// Trains several configurations under several splits of one cache or table, each run in a folder of
/// its own; what is done is not done again.
public struct ModeStudy {
  /// What happens to the runs.
  public enum Event: Sendable, Hashable {
    /// A policy is left out, and why.
    case leftOut(SplitPolicy, reason: String)
    /// A run, by name, was done before.
    case doneBefore(run: String)
    /// A run, by name, begins or goes on; sides of it may lack labels.
    case begins(run: String, lacking: [TrainingSource.LackingSide])
  }

  /// What is learnt from.
  public enum Source {
    /// A cache; each trainer learns from its usual view.
    case cache(String)
    /// A table of features. Its policy, shares and seed are the study's.
    case table(String, TableChoices)
  }

  /// A trainer with what was chosen for it.
  public struct Configuration {
    /// What its runs' folders begin with; no two have one name.
    public var name: String
    /// The trainer.
    public var kind: TrainerKind
    /// What was chosen; what is usual where nothing was. Seed and threads are the study's.
    public var choices: RunChoices

    /// A trainer with choices.
    /// - Parameter name: the trainer's if nil.
    public init(_ kind: TrainerKind, _ choices: RunChoices = RunChoices(), name: String? = nil) {
      self.kind = kind
      self.choices = choices
      self.name = name ?? kind.name
    }
  }

  /// What is learnt from.
  public let source: Source
  /// What is trained.
  public let configurations: [Configuration]
  /// How tracks are divided, and with which seeds; ``Corpus/SplitPolicy/grouped`` is left out where
  /// no groups are known.
  public let division: StudyDivision
  /// The side to choose the best epoch by, or ``SideRoles/noSelection``; the usual one if nil.
  public var selection: String?
  /// The sides to learn from; the usual ones if nil.
  public var training: [String]?
  /// Threads that compute; nil for the usual number.
  public var threads: Int?
  /// Where the runs go, each in a folder of its name.
  public let output: String
  /// Hears of the runs.
  public var report: (Event) -> Void = { _ in }
  /// Makes what hears of a run's progress.
  public var progress: () -> any TrainingProgress = { SilentTraining() }
  /// The trainers that the records of runs may name.
  public var registry = EmbeddedTrainers.registry

  /// A study of configurations with names of their own.
  public init(
    of source: Source, _ configurations: [Configuration], by division: StudyDivision,
    output: String
  ) {
    self.source = source
    self.configurations = configurations
    self.division = division
    self.output = output
  }

  /// Trains whatever is left to train.
  /// - Returns: the run directories; nil where it was asked to stop first.
  /// - Throws: ``RunError``: `.run` where a folder holds another study's run, `.choice` for a published
  ///   split that is not known; and what a run throws.
  public func run(_ cancellation: Cancellation = Cancellation()) throws -> [String]? {
    let samples = try open()
    var runs: [String] = []
    for configuration in configurations {
      for round in samples.rounds {
        var tests: [String?] = [nil]
        if case .folds = round.plan.division { tests = round.plan.sides }
        for test in tests {
          runs.append(try train(configuration, round, test: test, on: samples, cancellation))
          if cancellation.isCancelled { return nil }
        }
      }
    }
    return runs
  }

  private func open() throws -> any StudySamples {
    let leaveOut = { (policy: SplitPolicy, reason: String) in
      report(.leftOut(policy, reason: reason))
    }
    switch source {
    case .cache(let path): return try CacheStudySamples(at: path, division, leaveOut: leaveOut)
    case .table(let path, let choices):
      return try TableStudySamples(path, choices, division, leaveOut: leaveOut)
    }
  }

  /// Trains one of the runs, goes on with it, or finds it done.
  private func train(
    _ configuration: Configuration, _ round: StudyDivision.Round, test: String?,
    on all: any StudySamples, _ cancellation: Cancellation
  ) throws -> String {
    let plan = round.plan
    // A colon is no letter of a file's name everywhere.
    let policy = plan.policy.rawValue.replacing(":", with: "-")
    let seed = division.seeds > 1 ? "seed\(round.seed)" : nil
    let name = [configuration.name, policy, seed, test].compactMap(\.self).joined(separator: "-")
    let path = "\(output)/\(name)"
    let kind = configuration.kind
    guard let (view, samples) = try all.divided(for: kind, by: plan) else { return path }
    var choices = configuration.choices
    choices.seed = round.seed
    choices.threads = threads ?? choices.threads
    let job = try TrainingJob(
      TrainingMode(view, trainer: kind.name), samples,
      roles: SideRoles(
        of: samples.split, training: training, test: test, selection: selection), choices,
      registry: registry)
    let exists = FileManager.default.fileExists(atPath: "\(path)/\(RunDirectory.File.record)")
    if exists {
      let before = try RunDirectory.contents(at: path)
      if let difference = before.record.difference(from: job.record) {
        throw RunError(
          kind: .run, subject: path, detail: "it holds a run with another \(difference)",
          hint: "give the study another --output")
      }
      if before.result?.status.isWhole == true {
        report(.doneBefore(run: name))
        return path
      }
    }
    report(.begins(run: name, lacking: job.source.lackingSides))
    let run =
      exists
      ? try TrainingRun(resuming: path, registry: registry, on: { _ in samples })
      : try TrainingRun(job, at: path)
    _ = try run.train(progress: progress(), cancellation: cancellation)
    return path
  }
}
