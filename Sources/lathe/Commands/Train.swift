import Wording
public import ArgumentParser
import Corpus
import DatasetCache
import Networks
import Runs
import SignalKit
public import Training
import Preparation

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a classifier on a view of a cache, or on a table of features.",
    discussion: """
      A view of any name and kind can be learnt from. Its samples say the usual trainer: vectors, such as the \
      57 features or embeddings, a multi-layer perceptron; samples of audio 1-D convolutions; pictures, such \
      as mel, a ResNet-18. --trainer names another, such as linear, or a program of your own with \
      exec:COMMAND. Learnt is the side train; the best epoch is chosen by \
      validation where the split has it, and the last is taken where not; test only measures. Of a split \
      into folds, --test names the one that is left out.

      Whatever happens, nothing is lost: Ctrl-C finishes the step, saves and ends with 130; --resume goes \
      on exactly as if nothing had happened, after a kill too.

      Examples:
        lathe train features --cache gtzan.lathe
        lathe train mel --cache gtzan.lathe --split grouped-seed1-0.8-0.1-0.1 --trainer mel-small --epochs 40
        lathe train waveform --cache gtzan.lathe --set learning-rate=0.002 --set dropout=0.4 --output runs/a
        lathe train embeddings --trainer linear --cache gtzan.lathe
        lathe train features-30s --csv features_30_sec.csv --ratios 0.8,0.2 --policy stratified
        lathe train features-30s --csv features_30_sec.csv --manifest gtzan --policy published:fault-filtered
        lathe train features --csv mine.csv --columns tempo,loudness,brightness
        lathe train --resume runs/a
        lathe train --list
      """)

  @Argument(
    help: ArgumentHelp(
      "A view of the cache, such as features, waveform or mel, or a trainer by name.",
      valueName: "mode"),
    completion: Completions.modes)
  var mode: String?

  @Option(help: "The cache.", completion: .directory)
  var cache: String?

  @Option(
    help: "A table as lathe export csv writes it, instead of a cache.",
    completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(
    help: "A split of the cache; may be left out where it has one.", completion: Completions.splits)
  var split: String?

  @Option(
    help: "The side to measure by; test, or the first fold, if not given.",
    completion: Completions.sides)
  var test: String?

  @OptionGroup var sides: SideOptions

  @Option(help: "Of --csv: shares of train, validation and test, or of train and test.")
  var ratios: String?

  @Option(
    help: ArgumentHelp(
      "Of --csv: the columns to learn from, such as tempo,rms_mean, or view for those of the view; where it is not "
        + "given, a column that is none of the view's is refused.", valueName: "names|view"),
    completion: Completions.columnLists)
  var columns: String?

  @Option(
    help:
      "Of --csv: stratified, grouped by the artists of --manifest, slices, or its published:NAME.",
    completion: Completions.policies)
  var policy: SplitPolicy?

  @Option(help: "Of --csv: the seed of the split; --seed if not given.")
  var splitSeed: UInt64?

  @Option(
    help: ArgumentHelp("Of --csv: what is known of the tracks.", valueName: "name|file"),
    completion: Completions.manifests)
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "Where the run is recorded; a new folder in runs if not given.", valueName: "run-dir"),
    completion: .directory)
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Go on with a run that was stopped; nothing else is needed.", valueName: "run-dir"),
    completion: .directory)
  var resume: String?

  @Flag(help: "List the trainers and their options.")
  var list = false

  @Option(
    help: "Of exec: write the batches to the program's standard input (stream), or not (none).")
  var batches = ExternalTraining.Batches.none

  @Option(help: "Of exec: seconds without a word from the program after which it has failed.")
  var silence: Double?

  @OptionGroup var program: ProgramOptions

  @OptionGroup var progress: ProgressOptions

  @OptionGroup var metrics: MetricsOptions

  @OptionGroup var choices: TrainingChoices

  func validate() throws {
    if list { return }
    try checkPaths()
    if resume != nil { return try checkResuming() }
    guard mode != nil else {
      throw ValidationError("What to train on? Give features, features-30s, waveform or mel.")
    }
    let view = try modeChosen().view
    if let silence, !(silence > 0) {
      throw ValidationError("--silence \(silence): give seconds above 0.")
    }
    guard (cache == nil) != (csv == nil) else {
      throw ValidationError("Give --cache or --csv, one of the two.")
    }
    if csv != nil, split != nil {
      throw ValidationError("--split names a split of a cache; divide a table with --ratios.")
    }
    if cache != nil, ratios != nil || policy != nil || manifest != nil || splitSeed != nil {
      throw ValidationError(
        "--ratios, --policy, --manifest and --split-seed divide a table; make a split of a cache with "
          + "lathe split, and name it with --split.")
    }
    if cache != nil, columns != nil {
      throw ValidationError("--columns chooses columns of a table: leave it out with --cache.")
    }
    if csv != nil, [.waveform, .mel].contains(view) {
      throw ValidationError("A table has features: train features or features-30s on it.")
    }
  }

  func run() throws {
    if list { return TrainerList.show(EmbeddedTrainers.registry) }
    let report = try progress.report(of: "train", cache: cache, metrics: metrics)
    try report.reporting { try train(report) }
  }

  private func train(_ report: ProgressReport) throws {
    if let resume, try isDone(resume, report) { return }
    var run = try begin()
    if let silence { run.limits.silence = .seconds(silence) }
    TrainingText.lines(run.lackingSides).forEach(Output.error)
    run.programOutput = { Output.error(Words.shown($0)) }
    let cancellation = Cancellation()
    let interruption = Interruption(
      cancellation, saying: "stopping after this step; once more to stop at once")
    defer { interruption.end() }
    let result = try run.train(progress: report.training(), cancellation: cancellation)
    if report.style != .json {
      TrainingText.lines(result, run.directory.record).forEach { Output.line($0) }
      Output.line("recorded in \(run.directory.path)")
      if result.status == .interrupted, run.directory.record.batches != .stream {
        Output.line("go on with: lathe train --resume \(run.directory.path)")
      }
    }
    if result.status == .interrupted { throw ExitCode(Exit.interrupted) }
  }

  private func begin() throws -> TrainingRun {
    if let resume {
      return try TrainingRun(resuming: resume, samplesAt: cache ?? csv, mayStart: program.mayStart)
    }
    let mode = try modeChosen()
    let samples = try self.samples(mode.view)
    let roles = SideRoles(
      of: samples.split, training: try sides.learnt(), test: test, selection: sides.selection)
    var chosen = try choices.chosen()
    chosen.batches = batches
    return try TrainingRun(try TrainingJob(mode, samples, roles: roles, chosen), at: output)
  }

  /// The view and the trainer that the mode and `--trainer` name.
  private func modeChosen() throws -> TrainingMode {
    try asUsage { try TrainingMode(named: mode ?? "", trainer: choices.trainer) }
  }

  private func samples(_ view: View) throws -> DividedSamples {
    if let cache { return try .cache(cache, view: view, split: split) }
    var table = TableChoices()
    if let columns { table.columns = ColumnArgument.read(columns) }
    table.policy = policy
    table.shares = try ratios.map { try SplitOptions.shares($0, option: "--ratios") }
    table.seed = splitSeed ?? choices.seed
    table.manifest = try manifest.map(Catalogue.manifest)
    table.manifestName = manifest
    return try .table(csv ?? "", table)
  }
}

extension ExternalTraining.Batches: ExpressibleByArgument {}

/// What `--columns` says.
enum ColumnArgument {
  static func read(_ text: String) -> FeatureColumns {
    text == "view"
      ? .among(FeatureVector.names)
      : .named(text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
  }
}

/// What `--list` prints.
enum TrainerList {
  static func show(_ registry: TrainerRegistry) {
    for kind in registry.kinds {
      Output.line(
        "\(kind.name) (\(kind.views.joined(separator: ", "))): \(Words.shown(kind.summary))")
      if let input = kind.input { Output.line("  takes \(input.words)") }
      Output.line(
        "  usually \(Words.counted(kind.defaults.epochs, "epoch")), "
          + "batches of \(kind.defaults.batchSize)"
      )
      let rows = kind.options.map { ["  \($0.name)=\($0.standard)", $0.help] }
      let width = rows.map(\.[0].count).max() ?? 0
      for row in rows {
        Output.line(row[0] + String(repeating: " ", count: width - row[0].count + 2) + row[1])
      }
    }
    Output.line("exec:COMMAND: a program of your own; see the README")
  }
}
