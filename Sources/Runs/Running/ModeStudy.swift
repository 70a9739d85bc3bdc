public import Corpus
internal import DatasetCache
internal import Foundation
internal import Networks
internal import Preparation
public import Training

/// Trains several trainers under several splits of one cache, each run in a folder of its own; what
/// is done is not done again.
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

  /// The cache.
  public let cache: String
  /// What is trained, each on its usual view.
  public let kinds: [TrainerKind]
  /// How tracks are divided; ``Corpus/SplitPolicy/grouped`` is left out where no groups are known.
  public let policies: [SplitPolicy]
  /// Into what they are divided.
  public let division: SplitPlan.Division
  /// The seed of splits and trainings.
  public var seed: UInt64 = 1
  /// Choices by trainer; what is usual where there are none. Seed and threads are the study's.
  public var choices: [String: RunChoices] = [:]
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

  /// A study with the seed 1 and usual choices.
  public init(
    cache: String, kinds: [TrainerKind], policies: [SplitPolicy], division: SplitPlan.Division,
    output: String
  ) {
    self.cache = cache
    self.kinds = kinds
    self.policies = policies
    self.division = division
    self.output = output
  }

  /// Trains whatever is left to train.
  /// - Returns: the run directories; nil where it was asked to stop first.
  /// - Throws: ``RunError`` `.run` where a folder holds another study's run, and what a run throws.
  public func run(_ cancellation: Cancellation = Cancellation()) throws -> [String]? {
    let plans = try makeSplits()
    let open = try Cache.open(at: cache, for: .loading)
    var runs: [String] = []
    for kind in kinds {
      for plan in plans {
        var tests: [String?] = [nil]
        if case .folds = plan.division { tests = plan.sides }
        for test in tests {
          runs.append(try train(kind, plan, test: test, on: open, cancellation))
          if cancellation.isCancelled { return nil }
        }
      }
    }
    return runs
  }

  /// Makes the splits that the cache lacks; one that lacks none may be read-only.
  private func makeSplits() throws -> [SplitPlan] {
    let plans = try plans(for: try Cache.open(at: cache, for: .reading))
    guard !plans.missing.isEmpty else { return plans.all }
    let writing = try WritableCache(at: cache, in: .automatic)
    for plan in plans.missing { try writing.cache.makeSplit(plan) }
    try writing.cache.writeIndex()
    try writing.cache.renewCard()
    try writing.finish()
    return plans.all
  }

  private func plans(for cache: Cache) throws -> (all: [SplitPlan], missing: [SplitPlan]) {
    let standard = SplitPolicy.standard(
      for: try cache.splitTracks(), links: try cache.neighbours().links)
    let names = try cache.splitNames()
    var plans: [SplitPlan] = []
    for policy in policies {
      if policy == .grouped, standard != .grouped {
        report(
          .leftOut(
            policy,
            reason: "no recordings, artists or copies are known in this cache, so it would be "
              + "stratified"))
        continue
      }
      plans.append(try SplitPlan(policy: policy, seed: seed, division: division))
    }
    return (plans, plans.filter { !names.contains($0.name) })
  }

  /// Trains one of the runs, goes on with it, or finds it done.
  private func train(
    _ kind: TrainerKind, _ plan: SplitPlan, test: String?, on open: Cache,
    _ cancellation: Cancellation
  ) throws -> String {
    let name = ([kind.name, plan.policy.rawValue] + (test.map { [$0] } ?? []))
      .joined(separator: "-")
    let path = "\(output)/\(name)"
    guard let view = View(rawValue: kind.views.first ?? "") else { return path }
    var choices = choices[kind.name] ?? RunChoices()
    choices.seed = seed
    choices.threads = threads ?? choices.threads
    let samples = try DividedSamples.cache(open, view: view, split: plan.name)
    let job = try TrainingJob(
      TrainingMode(view, trainer: kind.name), samples,
      roles: SideRoles(of: samples.split, test: test), choices, registry: registry)
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
