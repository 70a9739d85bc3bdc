import Wording
import ArgumentParser
import Corpus
import Networks
import Runs
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

  @Option(help: "Trainers, separated by commas.", completion: Completions.trainerLists)
  var trainers = "features,waveform,mel"

  @Option(
    help: "Policies, separated by commas; grouped is left out where no groups are known.",
    completion: Completions.policyLists)
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

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output: the path is empty.") }
    let kinds = try chosenKinds()
    _ = try chosenPolicies()
    for name in try chosenEpochs().keys.sorted() where !kinds.contains(where: { $0.name == name }) {
      throw ValidationError(
        "--epochs: \(Words.shown(name)) is none of the trainers \(Words.list(kinds.map(\.name))).")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads \(threads): give 1 to 256.")
    }
    if let folds, !(2...SplitPlan.maximumFolds).contains(folds) {
      throw ValidationError("--folds \(folds): give 2 to \(SplitPlan.maximumFolds).")
    }
  }

  func run() throws {
    let report = try progress.report(of: "study", cache: cache)
    try report.reporting { try run(report) }
  }

  private func run(_ progress: ProgressReport) throws {
    let kinds = try chosenKinds()
    let division: SplitPlan.Division =
      if let folds { .folds(folds) } else {
        .ratios(try SplitOptions.shares(ratios, option: "--ratios"))
      }
    var study = ModeStudy(
      cache: cache, kinds: kinds, policies: try chosenPolicies(), division: division,
      output: output)
    study.seed = seed
    study.threads = threads
    for (trainer, epochs) in try chosenEpochs() {
      study.choices[trainer, default: RunChoices()].epochs = epochs
    }
    study.report(progress)
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping after this step; run the study again to go on")
    defer { interruption.end() }
    guard let runs = try study.run(cancellation) else { throw ExitCode(Exit.interrupted) }
    guard !runs.isEmpty else {
      throw ValidationError("--policies: none of them can be studied on this cache.")
    }
    let report = "\(output)/report.html"
    try RunReport.write(runs, to: report, figures: "\(output)/figures")
    progress.put("finished", StudyEnd(runs: runs, report: report))
    // Lines of text among JSON would be no JSON.
    guard progress.style != .json else { return }
    try RunReport.lines(runs).forEach { Output.line($0) }
    Output.line("report: \(report)")
  }

  private func chosenKinds() throws -> [TrainerKind] {
    try Self.parts(trainers, option: "--trainers").map {
      try EmbeddedTrainers.registry.kind(named: $0)
    }
  }

  /// What commas separate, each once.
  private static func parts(_ text: String, option: String) throws -> [String] {
    var parts: [String] = []
    for part in text.split(separator: ",").map(String.init) where !parts.contains(part) {
      parts.append(part)
    }
    if parts.isEmpty { throw ValidationError("\(option): name one at least.") }
    return parts
  }

  private func chosenPolicies() throws -> [SplitPolicy] {
    try Self.parts(policies, option: "--policies").map { name in
      guard let policy = SplitPolicy(rawValue: name),
        [.slices, .stratified, .grouped].contains(policy)
      else {
        throw ValidationError(
          "--policies: \(Words.shown(name)) is none of slices, stratified and grouped.")
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

/// What a study came to, for programs.
private struct StudyEnd: Encodable {
  /// The folders of its runs.
  let runs: [String]
  /// The page.
  let report: String
}

extension ModeStudy {
  /// Has its runs and their progress reported.
  mutating func report(_ progress: ProgressReport) {
    report = { event in
      switch event {
      case .leftOut(let policy, let reason):
        progress.put("leftOut", ["policy": policy.rawValue, "reason": reason])
        Output.error("\(policy.rawValue): \(reason); left out")
      case .doneBefore(let run):
        progress.put("doneBefore", ["run": run])
        Output.error("\(run): done before")
      case .begins(let run, let lacking):
        progress.put("run", ["run": run])
        Output.error("\(run):")
        TrainingText.lines(lacking).forEach(Output.error)
      }
    }
    self.progress = { progress.training() }
  }
}
