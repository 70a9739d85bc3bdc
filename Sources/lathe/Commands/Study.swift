import ArgumentParser
import Corpus
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
    let division: SplitPlan.Division =
      if let folds { .folds(folds) } else {
        .ratios(try SplitOptions.shares(ratios, option: "--ratios"))
      }
    let study = ModeStudy(
      cache: cache, kinds: kinds, policies: try chosenPolicies(), division: division, seed: seed,
      choices: try chosenEpochs().mapValues { ["--epochs", "\($0)"] }, threads: threads,
      output: output, progress: progress)
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping after this step; run the study again to go on")
    defer { interruption.end() }
    guard let runs = try study.run(cancellation) else { throw ExitCode(Exit.interrupted) }
    let report = "\(output)/report.html"
    try RunReport.write(runs, to: report, figures: "\(output)/figures")
    try RunReport.lines(runs).forEach { Output.line($0) }
    Output.line("report: \(report)")
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
