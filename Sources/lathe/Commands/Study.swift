import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
import Training

struct Study: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train all modes under several split policies, and report what each leak is worth.",
    discussion: """
      Trains every trainer named under every policy: slices (each slice drawn for itself, as many studies \
      did: parts of nearly every test track are trained on), stratified (whole tracks), grouped (recordings \
      and artists too, where they are known). Splits that the cache lacks are made and stored in it. With \
      --folds each policy is a k-fold cross-validation. Runs that are done are not done again, so that a \
      study that was stopped goes on, with more trainers or policies if you like.

      Examples:
        lathe study gtzan.lathe
        lathe study gtzan.lathe --trainers features,mel-small --policies slices,grouped --folds 5
        lathe study gtzan.lathe --epochs waveform=40,mel=15 --output study
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Option(help: "Trainers, separated by commas.")
  var trainers = "features,waveform,mel"

  @Option(help: "Policies, separated by commas; grouped is left out where no groups are known.")
  var policies = "slices,stratified,grouped"

  @Option(help: "Shares of training and test.")
  var ratios = "0.8,0.2"

  @Option(help: ArgumentHelp("Cross-validate with so many folds instead.", valueName: "k"))
  var folds: Int?

  @Option(help: "The seed of splits and trainings.")
  var seed: UInt64 = 1

  @Option(
    help: "Epochs of some trainers, such as waveform=40,mel=15; the usual numbers if not given.")
  var epochs: String?

  @Option(help: "Threads that compute; all cores, 8 at most, if not given.")
  var threads: Int?

  @Option(help: "Where runs and the report go.", completion: .directory)
  var output = "study"

  @Option(help: "How to show progress: auto, plain, json or none.")
  var progress = ProgressStyle.auto

  func validate() throws {
    _ = try chosenPolicies()
    _ = try chosenEpochs()
    if let folds, !(2...SplitPlan.maximumFolds).contains(folds) {
      throw ValidationError("--folds \(folds): give 2 to \(SplitPlan.maximumFolds).")
    }
  }

  func run() throws {
    let kinds = try trainers.split(separator: ",").map {
      try TrainingJob.registry.kind(named: String($0))
    }
    let plans = try makeSplits()
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping after this step; run the study again to go on")
    defer { interruption.end() }
    let open = try Cache.open(at: cache, for: .loading)
    var runs: [String] = []
    for kind in kinds {
      for plan in plans {
        for test in folds == nil ? [nil] : plan.sides.map(Optional.some) {
          let path = try train(kind, plan, test: test, on: open, cancellation)
          if cancellation.isCancelled { throw ExitCode(Exit.interrupted) }
          runs.append(path)
        }
      }
    }
    let report = "\(output)/report.html"
    try RunReport.write(runs, to: report, figures: "\(output)/figures")
    try RunReport.lines(runs).forEach { Output.line($0) }
    Output.line("report: \(report)")
  }

  /// Makes the splits that the cache lacks.
  private func makeSplits() throws -> [SplitPlan] {
    let cache = try Cache.open(at: cache, for: .writing)
    let standard = SplitPolicy.standard(
      for: try cache.splitTracks(), links: try cache.neighbours().links)
    let names = try cache.splitNames()
    var plans: [SplitPlan] = []
    var isChanged = false
    for policy in try chosenPolicies() {
      if policy == .grouped, standard != .grouped {
        Output.error(
          "grouped: no recordings, artists or copies are known in this cache, so it would be "
            + "stratified; left out")
        continue
      }
      let division: SplitPlan.Division =
        if let folds { .folds(folds) } else {
          .ratios(try SplitOptions.shares(ratios, option: "--ratios"))
        }
      let plan = try SplitPlan(policy: policy, seed: seed, division: division)
      if !names.contains(plan.name) {
        try cache.makeSplit(plan)
        isChanged = true
      }
      plans.append(plan)
    }
    if isChanged {
      try cache.writeIndex()
      try cache.renewCard()
    }
    return plans
  }

  /// Trains one of the runs, goes on with it, or finds it done.
  private func train(
    _ kind: TrainerKind, _ plan: SplitPlan, test: String?, on open: Cache,
    _ cancellation: Cancellation
  ) throws -> String {
    let name = ([kind.name, plan.policy.rawValue] + (test.map { [$0] } ?? [])).joined(
      separator: "-")
    let path = "\(output)/\(name)"
    let exists = FileManager.default.fileExists(atPath: "\(path)/\(RunDirectory.File.record)")
    if exists, try RunDirectory.contents(at: path).result?.status.isWhole == true {
      Output.error("\(name): done before")
      return path
    }
    guard let view = View(rawValue: kind.views.first ?? "") else { return path }
    Output.error("\(name):")
    var arguments = ["--seed", "\(seed)"]
    if let epochs = try chosenEpochs()[kind.name] { arguments += ["--epochs", "\(epochs)"] }
    if let threads { arguments += ["--threads", "\(threads)"] }
    let choices = try TrainingChoices.parse(arguments)
    let place = try TrainingPlace.cache(open, view: view, split: plan.name)
    var job = try TrainingJob(
      view: view, trainer: kind.name, place, SideRoles(of: place.split, test: test), choices)
    let sink = TrainingText.sink(progress)
    let run: TrainingRun
    if exists {
      let (directory, contents) = try RunDirectory.resume(at: path)
      job = try TrainingJob(resuming: contents.record, place)
      run = try TrainingRun(job, progress: sink) { _ in directory }
    } else {
      run = try TrainingRun(job, progress: sink) { try job.createDirectory(at: path, for: $0) }
    }
    _ = try run.run(resuming: exists, cancellation: cancellation)
    return path
  }

  private func chosenPolicies() throws -> [SplitPolicy] {
    try policies.split(separator: ",").map { name in
      guard let policy = SplitPolicy(rawValue: String(name)),
        [.slices, .stratified, .grouped].contains(policy)
      else {
        throw ValidationError(
          "--policies: \(Words.shown(String(name))) is none of slices, stratified and grouped.")
      }
      return policy
    }
  }

  private func chosenEpochs() throws -> [String: Int] {
    var chosen: [String: Int] = [:]
    for part in (epochs ?? "").split(separator: ",") {
      let parts = part.split(separator: "=")
      guard parts.count == 2, let count = Int(parts[1]), (1...1_000_000).contains(count) else {
        throw ValidationError("--epochs \(Words.shown(String(part))): write it as waveform=40.")
      }
      chosen[String(parts[0])] = count
    }
    return chosen
  }
}

extension ResultRecord.Status {
  /// Whether nothing is left to train.
  var isWhole: Bool { self == .finished || self == .stoppedEarly }
}
