import Wording
public import ArgumentParser
import Corpus
import DatasetCache
import Foundation
import Preparation
public import SignalKit

struct Prepare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn a folder of audio into a cache of features, waveforms and mel pictures.",
    discussion: """
      AUDIO_DIR holds one folder a label (blues/blues.00000.wav). Every track is decoded once (wav, au, \
      flac, ogg, opus, mp3 and more; any rate and number of channels) and written with all its views.

      Safe to stop at any moment and to run again: what is done is not done again, files that have \
      changed are, and a changed recipe recomputes only the views it changes. A file that cannot be \
      used goes to quarantine with its reason (exit code 3) and is tried again next time, by \
      --retry-quarantined alone; the others are finished. Tracks with known faults, and those that are \
      found to be silent, clipped and so on, are used, dropped, grouped or relabelled as the recipe or \
      --fault says; dropped tracks are listed and are no error.

      Another run goes on with the recipe, profile, fault policies and manifest that the cache was \
      prepared with, and says so; flags choose others. What throws computed values away is asked on a \
      terminal and wants --yes elsewhere; --dry-run shows what would be done.

      Examples:
        lathe prepare genres_original --cache gtzan.lathe
        lathe prepare music --cache music.lathe --split 0.7,0.3 --seed 7 --threads 4
        lathe prepare music --cache music.lathe --profile librosa-1.0 --progress json
        lathe prepare genres_original --cache gtzan.lathe --manifest gtzan --fault replica=drop
        lathe prepare music --cache music.lathe --labels tracks.csv --columns label=genre
        lathe prepare music --cache music.lathe --set mel.bands=64 --set waveform.slices.lengthSeconds=4
        lathe prepare genres_original --cache gtzan.lathe --dry-run
        lathe prepare music --cache music.lathe --retry-quarantined
        lathe prepare music --cache music.lathe --shard 3/64
      """)

  @Argument(
    help: ArgumentHelp("The folder of audio: one folder a label.", valueName: "audio-dir"),
    completion: .directory)
  var audioFolder: String

  @Option(
    help: ArgumentHelp("The cache; made where there is none.", valueName: "cache"),
    completion: .directory)
  var cache: String

  @Option(
    help: ArgumentHelp(
      "What is known of the dataset: a name or a file; none for the folders as labels.",
      discussion: "If not given, the manifest that the cache was prepared with.",
      valueName: "name|file"), completion: Completions.manifests)
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "A table with the columns path and label in place of a manifest: see lathe manifest create.",
      valueName: "file.csv"), completion: .file(extensions: ["csv"]))
  var labels: String?

  @OptionGroup var columns: TableColumns

  @Option(
    help: ArgumentHelp(
      "What to prepare and how: a name or a file.",
      discussion: "If not given, the recipe that the cache was prepared with; gtzan for a new one.",
      valueName: "name|file"), completion: Completions.recipes)
  var recipe: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change a value of the recipe, such as mel.bands=64; may be given several times.",
      discussion: "lathe recipe show prints what there is; null takes a key out.",
      valueName: "path=value"), completion: Completions.recipeChanges)
  var changes: [String] = []

  @Option(
    help: ArgumentHelp(
      "Whose numbers to reproduce: \(Profile.allCases.map(\.rawValue).joined(separator: " or ")).",
      discussion: "Replaces the recipe's.", valueName: "profile"))
  var profile: Profile?

  @Option(
    help: ArgumentHelp(
      "What becomes of tracks with a kind of fault: keep, drop, group, relabel or quarantine. Kinds: "
        + FaultSubject.allCases.map(\.rawValue).joined(separator: ", ") + ".",
      discussion: "Replaces the recipe's; may be given several times, such as --fault silent=drop.",
      valueName: "kind=policy"), completion: Completions.faults)
  var fault: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Try only the files in quarantine again, with the cache's own recipe; look at no other file.")
  )
  var retryQuarantined = false

  @Option(
    help: ArgumentHelp(
      "Leave a track out: its id, or a file with an id a line; none takes all in again.",
      discussion: "May be given several times; the next runs leave the same tracks out.",
      valueName: "id|file"))
  var exclude: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Compare every file with what was read of it, also where size and time are the same."))
  var checkContent = false

  @Flag(help: "Show what would be done and why; write nothing.")
  var dryRun = false

  @Flag(help: "Throw computed values away without asking, where another choice does that.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      ShardArgument.help,
      discussion: "What is common to all shards is made by lathe merge.", valueName: "i/n|auto"))
  var shard: String?

  @Option(
    help: ArgumentHelp(
      "Write the cache in a folder on a disk of this machine, and bring it to its place when it is whole.",
      discussion:
        "Done of itself, in $TMPDIR, where the cache lies on NFS, Lustre, GPFS, CIFS, FUSE and the like.",
      valueName: "folder"), completion: .directory)
  var scratch: String?

  @Flag(help: "Write the cache in its place, also on a file system that other machines have too.")
  var inPlace = false

  @Flag(help: "End with 0 where tracks are in quarantine, whatever their number.")
  var acceptQuarantine = false

  @Option(
    help: ArgumentHelp(
      "End with 0 where no more tracks than this are in quarantine; 0 if not given.",
      valueName: "n"))
  var allowQuarantine = 0

  @Option(help: "Worker threads; all cores if not given.")
  var threads: Int?

  @OptionGroup var program: ProgramOptions

  @OptionGroup var progress: ProgressOptions

  @OptionGroup var division: SplitOptions

  func validate() throws {
    if audioFolder.isEmpty || cache.isEmpty {
      throw ValidationError("An empty path: give the folder of audio and --cache a folder.")
    }
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads \(threads): give 1 to 1,024.")
    }
    _ = try policies(from: FaultPolicies())
    _ = try RecipeArgument.changes(changes)
    if allowQuarantine < 0 {
      throw ValidationError("--allow-quarantine \(allowQuarantine): give 0 or more.")
    }
    if labels != nil, manifest != nil {
      throw ValidationError("--labels and --manifest exclude each other: give one of them.")
    }
    if columns.columns != nil, labels == nil {
      throw ValidationError("--columns is for --labels.")
    }
    if let shard { _ = try ShardArgument.shard(shard, cache: cache) }
    if scratch != nil, inPlace {
      throw ValidationError("--scratch and --in-place exclude each other: give one of them.")
    }
    guard retryQuarantined else { return }
    if shard != nil {
      throw ValidationError(
        "--shard tries the files in quarantine of its shard again: leave out --retry-quarantined.")
    }
    if recipe != nil || profile != nil || !changes.isEmpty || labels != nil || !fault.isEmpty
      || !exclude.isEmpty
    {
      throw ValidationError(
        "--retry-quarantined takes the cache's own choices: leave out --recipe, --set, --profile, "
          + "--fault, --labels and --exclude.")
    }
    if division.isAsked {
      throw ValidationError(
        "--retry-quarantined renews the splits that there are: make others with lathe split.")
    }
    if dryRun || checkContent {
      throw ValidationError(
        "--retry-quarantined looks at the files in quarantine only: leave out --dry-run and "
          + "--check-content.")
    }
  }

  /// The policies of a recipe with those of the command line in their place.
  private func policies(from recipe: FaultPolicies) throws -> FaultPolicies {
    var policies = recipe
    for (kind, policy) in try faultChoices() {
      do {
        try policies.choose(policy, for: kind)
      } catch {
        throw ValidationError("--fault \(Words.shown("\(kind)=\(policy)")): \(error).")
      }
    }
    return policies
  }

  private func faultChoices() throws -> [(kind: String, policy: String)] {
    try fault.map { choice in
      let parts = choice.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw ValidationError(
          "--fault \(Words.shown(choice)): give KIND=POLICY, such as silent=drop.")
      }
      return (String(parts[0]), String(parts[1]))
    }
  }

  func run() throws {
    let report = try progress.report(of: "prepare", cache: cache)
    try report.reporting { try retryQuarantined ? retry(report) : prepare(report) }
  }

  private func prepare(_ report: ProgressReport) throws {
    let flags = try flags()
    let shard = try shard.map { try ShardArgument.shard($0, cache: cache) }
    let earlier = try earlier(flags, shard)
    let choices = try PrepareChoices(flags, earlier: earlier)
    var preparation = Preparation(folder: audioFolder, cachePath: cache)
    preparation.shard = shard
    if inPlace { preparation.scratch = .inPlace }
    if let scratch { preparation.scratch = .folder(scratch) }
    preparation.recipe = choices.recipe
    preparation.manifest = choices.manifest
    preparation.exclusions = choices.exclusions
    preparation.keepsKnownFacts = choices.keepsKnownFacts
    preparation.checksContent = checkContent
    if let threads { preparation.threads = threads }
    try divide(&preparation, earlier)
    tellKept(choices.kept, report)
    if dryRun { return try show(preparation.overview(), report) }
    if choices.isChange {
      try Confirmation.ask(losses: preparation.overview().losses, isGiven: yes)
    }
    try finish(report) {
      try preparation.run(progress: $0, cancellation: $1, mayStart: program.mayStart)
    }
  }

  private func retry(_ report: ProgressReport) throws {
    var retry = QuarantineRetry(folder: audioFolder, cachePath: cache)
    retry.manifest = try manifest.map(Catalogue.manifest)
    if let threads { retry.threads = threads }
    try finish(report) {
      try retry.run(progress: $0, cancellation: $1, mayStart: program.mayStart)
    }
  }

  private func flags() throws -> PrepareChoices.Flags {
    var flags = PrepareChoices.Flags()
    flags.recipe = try recipe.map(Catalogue.recipe)
    flags.manifest = try manifest.map { $0 == "none" ? nil : try Catalogue.manifest($0) }
    if let labels {
      let name = URL(fileURLWithPath: labels).deletingPathExtension().lastPathComponent
      flags.manifest = .some(
        try DatasetTable.manifest(
          at: labels, layout: .csv, name: name, columns: try columns.names()))
    }
    flags.exclusions = try exclude.filter { $0 != "none" }.flatMap(Self.ids)
    flags.forgetsExclusions = exclude.contains("none")
    flags.faults = Set(try faultChoices().compactMap { FaultSubject(rawValue: $0.kind) })
    flags.isProfileNamed = profile != nil
    flags.change = { recipe in
      recipe = try RecipeArgument.changed(recipe, by: changes)
      if let profile { recipe.profile = profile }
      recipe.faults = try policies(from: recipe.faults)
    }
    return flags
  }

  /// The ids that an argument of `--exclude` names: those in a file of that name, if there is one.
  private static func ids(_ argument: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder),
      !isFolder.boolValue
    else { return [argument] }
    guard let data = FileManager.default.contents(atPath: argument),
      let text = String(validating: data, as: UTF8.self)
    else {
      throw ValidationError(
        "--exclude \(Words.shown(argument)): the file cannot be read as UTF-8 text with an id a line."
      )
    }
    return text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
  }

  /// What the cache was prepared with; nil where there is none yet.
  private func earlier(
    _ flags: PrepareChoices.Flags, _ shard: Shard?
  ) throws -> PreparationChoices? {
    let earlier: PreparationChoices?
    do {
      earlier = try PrepareChoices.earlier(at: cache, shard)
    } catch  where flags.recipe != nil && flags.manifest != nil {
      // Nothing of it is asked for.
      return nil
    }
    guard let earlier, !earlier.areKnown, flags.manifest == nil else { return earlier }
    let name = URL(fileURLWithPath: audioFolder).lastPathComponent
    if earlier.datasetName != name {
      throw ValidationError(
        "\(Words.shown(cache)) was prepared by an earlier version, which kept of its manifest only "
          + "the name \(Words.shown(earlier.datasetName)). Give it again with --manifest, or "
          + "--manifest none if the folders were the labels.")
    }
    return earlier
  }

  /// Says what is not chosen now and kept.
  private func tellKept(_ kept: [String], _ report: ProgressReport) {
    if kept.isEmpty { return }
    report.put("kept", ["choices": kept])
    switch report.style {
    case .json, .none: break
    case .auto, .plain:
      Output.error("as before: \(kept.joined(separator: ", ")); flags choose others")
    }
  }

  /// Shows what would be done.
  private func show(_ overview: PreparationPlan.Overview, _ report: ProgressReport) throws {
    report.put("planned", overview)
    if report.style == .json { return }
    for warning in overview.warnings { Output.line("warning: \(Words.shown(warning))") }
    for reason in overview.reasons { Output.line("to do: \(Words.shown(reason))") }
    if overview.removed > 0 {
      Output.line("to remove: \(Words.tracks(overview.removed)) that the collection has no more")
    }
    for loss in overview.losses { Output.line("thrown away: \(Words.shown(loss))") }
    if let forecast = overview.forecast { Output.line(ForecastText.line(forecast)) }
    Output.line(
      "\(Words.tracks(overview.tracks)) in the collection: \(Words.count(overview.pending)) to do, "
        + "\(Words.count(overview.unchanged)) done already; nothing was written (--dry-run)")
  }

  /// Runs, shows what was done and ends with its code.
  private func finish(
    _ report: ProgressReport, _ body: (any ProgressSink, Cancellation) throws -> PreparationSummary
  ) throws {
    let cancellation = Cancellation()
    let interruption = Interruption(cancellation)
    let sink = report.preparation()
    let summary: PreparationSummary
    do {
      // Whatever ends the run, the next line must not begin behind the bar.
      defer { sink.end() }
      summary = try body(sink, cancellation)
    }
    interruption.end()
    report.put("finished", summary)
    if report.style != .json {
      SummaryText(summary, cache: cache).lines.forEach { Output.line($0) }
      if shard != nil, !summary.wasCancelled {
        Output.line("when all shards are done: \(Words.command(["lathe", "merge", cache]))")
      }
    }
    if summary.wasCancelled { throw ExitCode(Exit.interrupted) }
    if !acceptQuarantine, summary.quarantine.count > allowQuarantine {
      throw ExitCode(Exit.quarantined)
    }
  }

  /// The split that is asked for; the default one in a new cache. An old one has the splits that it has,
  /// and one that an interrupted run was to make.
  private func divide(_ preparation: inout Preparation, _ earlier: PreparationChoices?) throws {
    if let earlier, earlier.areKnown, !division.isAsked {
      preparation.split = earlier.pendingSplit?.plan
      preparation.groupsNeighbours = earlier.pendingSplit?.groupsNeighbours ?? false
      return
    }
    let tracks = preparation.manifest?.tracks.map { SplitTrack($0) } ?? []
    let hasSplit = !division.isAsked && SplitCommand.exists(in: cache)
    preparation.split = try division.plan(
      default: hasSplit ? nil : SplitCommand.defaultRatios, policy: .standard(for: tracks),
      published: preparation.manifest?.publishedSides ?? [])
    preparation.groupsNeighbours = division.policy == nil
  }
}

extension Profile: ExpressibleByArgument {}
