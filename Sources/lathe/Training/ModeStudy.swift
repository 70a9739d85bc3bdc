import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
import Training

/// Trains several trainers under several splits of one cache, each run in a folder of its own; what is done is not
/// done again.
struct ModeStudy {
  /// The cache.
  let cache: String
  /// What is trained, each on its usual view.
  let kinds: [TrainerKind]
  /// How tracks are divided; ``SplitPolicy/grouped`` is left out where no groups are known.
  let policies: [SplitPolicy]
  /// Into what they are divided.
  let division: SplitPlan.Division
  /// The seed of splits and trainings.
  var seed: UInt64 = 1
  /// Arguments of `lathe train` by trainer, such as `["--epochs", "20"]`; what is usual where there are none.
  var choices: [String: [String]] = [:]
  /// Threads that compute; nil for the usual number.
  var threads: Int?
  /// Where the runs go.
  let output: String
  /// Who is told.
  var progress = ProgressStyle.auto

  /// Trains whatever is left to train.
  /// - Returns: the run directories; nil where it was asked to stop first.
  func run(_ cancellation: Cancellation) throws -> [String]? {
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
    let cache = try Cache.open(at: cache, for: .writing)
    for plan in plans.missing { try cache.makeSplit(plan) }
    try cache.writeIndex()
    try cache.renewCard()
    return plans.all
  }

  private func plans(for cache: Cache) throws -> (all: [SplitPlan], missing: [SplitPlan]) {
    let standard = SplitPolicy.standard(
      for: try cache.splitTracks(), links: try cache.neighbours().links)
    let names = try cache.splitNames()
    var plans: [SplitPlan] = []
    for policy in policies {
      if policy == .grouped, standard != .grouped {
        Output.error(
          "grouped: no recordings, artists or copies are known in this cache, so it would be "
            + "stratified; left out")
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
    var arguments = ["--seed", "\(seed)"] + (choices[kind.name] ?? [])
    if let threads { arguments += ["--threads", "\(threads)"] }
    let place = try TrainingPlace.cache(open, view: view, split: plan.name)
    let job = try TrainingJob(
      view: view, trainer: kind.name, place, SideRoles(of: place.split, test: test),
      try TrainingChoices.parse(arguments))
    let exists = FileManager.default.fileExists(atPath: "\(path)/\(RunDirectory.File.record)")
    if exists {
      let before = try RunDirectory.contents(at: path)
      if let difference = before.record.difference(from: job.record) {
        throw TrainingError(
          kind: .run, subject: path, detail: "it holds a run with another \(difference)",
          hint: "give the study another --output")
      }
      if before.result?.status.isWhole == true {
        Output.error("\(name): done before")
        return path
      }
    }
    Output.error("\(name):")
    let sink = TrainingText.sink(progress)
    let run: TrainingRun
    if exists {
      let (directory, contents) = try RunDirectory.resume(at: path)
      let job = try TrainingJob(resuming: contents.record, place)
      run = try TrainingRun(job, progress: sink) { _ in directory }
    } else {
      run = try TrainingRun(job, progress: sink) { try job.createDirectory(at: path, for: $0) }
    }
    _ = try run.run(resuming: exists, cancellation: cancellation)
    return path
  }
}
