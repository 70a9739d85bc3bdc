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
      and artists too, where they are known), published:NAME (as a manifest publishes it). Splits that a cache \
      lacks are made and stored in it. With --folds each policy is a k-fold cross-validation; with --seeds N each \
      policy has N splits, and a published one N trainings. Under one policy and seed all configurations learn from \
      the same tracks and are tested on the same ones, by which the report compares them. Runs that are done are not \
      done again, so that a study that was stopped goes on, with more trainers or policies if you like.

      A table of features (--csv) is studied without a cache: by the linear probe, the perceptron and five \
      perceptrons together if nothing else is named.

      Examples:
        lathe study gtzan.lathe
        lathe study gtzan.lathe --trainers features,mel-small --policies slices,grouped --folds 5
        lathe study gtzan.lathe --epochs waveform=40,mel=15 --output study
        lathe study --csv features_30_sec.csv --manifest gtzan --policies stratified,grouped,published:fault-filtered \\
          --seeds 20
        lathe study gtzan.lathe --trainers linear --configuration 'features --set members=5 --epochs 40'
      """)

  @Argument(help: "The cache; none with --csv.", completion: .directory)
  var cache: String?

  @Option(
    help: "A table of features, as lathe export csv writes it, instead of a cache.",
    completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "What is known of the tracks of a table, and which splits are published.",
      valueName: "name|file"),
    completion: Completions.manifests)
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "Of --csv: the columns to learn from, or view for those of the view.", valueName: "names|view"
    ),
    completion: Completions.columnLists)
  var columns: String?

  @Option(
    help: "Trainers, separated by commas; features,waveform,mel if not given.",
    completion: Completions.trainerLists)
  var trainers: String?

  @Option(
    name: .customLong("configuration"),
    help: ArgumentHelp(
      "A trainer with options, as lathe train takes them, such as 'features --set members=5'; may be given several times.",
      valueName: "words"))
  var configurations: [String] = []

  @Option(
    help:
      "Policies, separated by commas, published:NAME too; grouped is left out where no groups are known.",
    completion: Completions.policyLists)
  var policies = "slices,stratified,grouped"

  @Option(help: "Shares of training and test.")
  var ratios = "0.8,0.2"

  @Option(help: ArgumentHelp("Cross-validate with so many folds instead.", valueName: "k"))
  var folds: Int?

  @Option(help: "The seed of splits and trainings; the first of --seeds.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("How many seeds, each with a split of its own.", valueName: "n"))
  var seeds = 1

  @OptionGroup var sides: SideOptions

  @Option(
    help: "Epochs of some trainers, such as waveform=40,mel=15; the usual numbers if not given.")
  var epochs: String?

  @Option(help: "Threads that compute; all cores, 8 at most, if not given.")
  var threads: Int?

  @Option(help: "Where runs and the report go.", completion: .directory)
  var output = "study"

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    for (name, path) in [
      ("--output", output), ("--csv", csv), ("--manifest", manifest), ("the cache", cache),
    ] where path?.isEmpty == true {
      throw ValidationError("\(name): the path is empty.")
    }
    guard (cache == nil) != (csv == nil) else {
      throw ValidationError("Give a cache or --csv, one of the two.")
    }
    if csv == nil, columns != nil {
      throw ValidationError("--columns chooses columns of a table: leave it out with a cache.")
    }
    if csv != nil, folds != nil {
      throw ValidationError("--folds divides a cache: take several --seeds of a table.")
    }
    let chosen = try StudyConfigurations(
      trainers: trainers, configurations, isTable: csv != nil)
    _ = try chosenPolicies()
    for name in try chosenEpochs().keys.sorted() where !chosen.trainers.contains(name) {
      throw ValidationError(
        "--epochs: \(Words.shown(name)) is none of the trainers \(Words.list(chosen.trainers)).")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads \(threads): give 1 to 256.")
    }
    if let folds, !(2...SplitPlan.maximumFolds).contains(folds) {
      throw ValidationError("--folds \(folds): give 2 to \(SplitPlan.maximumFolds).")
    }
    guard (1...1_000).contains(seeds) else {
      throw ValidationError("--seeds \(seeds): give 1 to 1,000.")
    }
  }

  func run() throws {
    let report = try progress.report(of: "study", cache: cache)
    try report.reporting { try run(report) }
  }

  private func run(_ progress: ProgressReport) throws {
    let chosen = try StudyConfigurations(
      trainers: trainers, configurations, isTable: csv != nil)
    var study = ModeStudy(
      of: try source(), chosen.all(epochs: try chosenEpochs()), by: try division(), output: output)
    study.threads = threads
    study.selection = sides.selection
    study.training = try sides.learnt()
    study.report(progress)
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping after this step; run the study again to go on")
    defer { interruption.end() }
    guard let runs = try study.run(cancellation) else { throw ExitCode(Exit.interrupted) }
    guard !runs.isEmpty else {
      throw ValidationError(
        "--policies: none of them can be studied on this \(csv == nil ? "cache" : "table").")
    }
    let report = "\(output)/report.html"
    let written = try RunReport.write(runs, to: report, figures: "\(output)/figures")
    progress.put("finished", StudyEnd(runs: runs, report: report))
    // Lines of text among JSON would be no JSON.
    guard progress.style != .json else { return }
    RunReport.lines(written).forEach { Output.line($0) }
    Output.line("report: \(report)")
  }

  private func source() throws -> ModeStudy.Source {
    guard let csv else { return .cache(cache ?? "") }
    var table = TableChoices()
    if let columns { table.columns = ColumnArgument.read(columns) }
    table.manifest = try manifest.map(Catalogue.manifest)
    table.manifestName = manifest
    return .table(csv, table)
  }

  private func division() throws -> StudyDivision {
    let parts: SplitPlan.Division =
      if let folds { .folds(folds) } else {
        .ratios(try SplitOptions.shares(ratios, option: "--ratios"))
      }
    var division = StudyDivision(try chosenPolicies(), parts)
    division.seed = seed
    division.seeds = seeds
    if csv == nil {
      division.published = try manifest.map(Catalogue.manifest)?.publishedSides ?? []
    }
    return division
  }

  private func chosenPolicies() throws -> [SplitPolicy] {
    try StudyConfigurations.parts(policies, option: "--policies").map { name in
      guard let policy = SplitPolicy(rawValue: name) else {
        throw ValidationError(
          "--policies: \(Words.shown(name)) is none of slices, stratified, grouped and published:NAME."
        )
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
