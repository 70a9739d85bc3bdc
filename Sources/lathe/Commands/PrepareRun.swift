import ArgumentParser
import AudioIO
import Corpus
import DatasetCache
import Foundation
import Preparation
import SignalKit
import Wording

/// What `lathe prepare` does with its arguments.
extension Prepare {
  func prepare(_ report: ProgressReport) throws {
    let roots = AudioRoots(audioFolders, scratch: writing.scratch)
    let flags = try flags(roots)
    let shard = try shard.map { try ShardArgument.shard($0, cache: cache) }
    let earlier = try earlier(flags, shard, roots.name)
    let choices = try PrepareChoices(flags, earlier: earlier)
    var preparation = Preparation(roots, cachePath: cache)
    preparation.shard = shard
    preparation.scratch = writing.location
    preparation.recipe = choices.recipe
    preparation.manifest = choices.manifest
    preparation.exclusions = choices.exclusions
    preparation.overlay = choices.overlay
    preparation.keepsKnownFacts = choices.keepsKnownFacts
    preparation.checksContent = checkContent
    if let threads { preparation.threads = threads }
    try divide(&preparation, earlier)
    reportKept(choices.kept, report)
    if dryRun { return try show(preparation.overview(explain ? .tracks : .counts), report) }
    if choices.isChange {
      try Confirmation.ask(losses: preparation.overview().losses, isGiven: yes)
    }
    try finish(report) {
      try preparation.run(progress: $0, cancellation: $1, mayStart: program.mayStart)
    }
  }

  func retry(_ report: ProgressReport) throws {
    let roots = AudioRoots(audioFolders, scratch: writing.scratch)
    var retry = QuarantineRetry(roots, cachePath: cache)
    retry.manifest = try manifest.map(Catalogue.manifest)
    retry.scratch = writing.location
    if let threads { retry.threads = threads }
    try finish(report) {
      try retry.run(progress: $0, cancellation: $1, mayStart: program.mayStart)
    }
  }

  func flags(_ roots: AudioRoots) throws -> PrepareChoices.Flags {
    var flags = PrepareChoices.Flags()
    flags.recipe = try recipe.map(Catalogue.recipe)
    flags.manifest = try manifest.map { $0 == "none" ? nil : try Catalogue.manifest($0) }
    if let labels {
      let name = URL(fileURLWithPath: labels).deletingPathExtension().lastPathComponent
      let table = try DatasetTable.manifest(
        at: labels, layout: .csv, name: name, columns: try columns.names())
      do {
        flags.manifest = .some(try table.naming(files: try roots.list().audio))
      } catch let error as ManifestError {
        throw UnusableFile(name: labels, reason: error)
      }
    }
    if let labelFrom {
      let name = roots.name
      let (found, rejected, _) = try ManifestMaking.folders(
        roots, name: name, pattern: FolderPattern(labelFrom))
      for rejection in rejected.prefix(10) { Output.error("left out: \(rejection)") }
      if rejected.count > 10 { Output.error("left out: \(Words.count(rejected.count - 10)) more") }
      flags.manifest = .some(
        try Manifest(name: name, labels: found.labels, tracks: found.tracks))
    }
    flags.exclusions = try exclude.filter { $0 != "none" }.flatMap(Self.ids)
    flags.forgetsExclusions = exclude.contains("none")
    flags.overlay = try overlay.map {
      $0 == "none" ? CollectionOverlay() : try Catalogue.overlay($0)
    }
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
  static func ids(_ argument: String) throws -> [String] {
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
  func earlier(
    _ flags: PrepareChoices.Flags, _ shard: Shard?, _ name: String
  ) throws -> PreparationChoices? {
    let earlier: PreparationChoices?
    do {
      earlier = try PrepareChoices.earlier(at: cache, shard)
    } catch  where flags.recipe != nil && flags.manifest != nil {
      // Nothing of it is asked for.
      return nil
    }
    guard let earlier, !earlier.areKnown, flags.manifest == nil else { return earlier }
    if earlier.datasetName != name {
      throw ValidationError(
        "\(Words.shown(cache)) was prepared by an earlier version, which kept of its manifest only "
          + "the name \(Words.shown(earlier.datasetName)). Give it again with --manifest, or "
          + "--manifest none if the folders were the labels.")
    }
    return earlier
  }

  /// Says which of the earlier choices still hold.
  func reportKept(_ kept: [String], _ report: ProgressReport) {
    if kept.isEmpty { return }
    report.put("kept", ["choices": kept])
    switch report.style {
    case .json, .none: break
    case .auto, .plain:
      Output.error("as before: \(kept.joined(separator: ", ")); flags choose others")
    }
  }

  /// Shows what would be done.
  func show(_ overview: PreparationPlan.Overview, _ report: ProgressReport) throws {
    report.put("planned", overview)
    if report.style == .json { return }
    for warning in overview.warnings { Output.line("warning: \(Words.shown(warning))") }
    for reason in overview.reasons { Output.line("to do: \(Words.shown(reason))") }
    for change in overview.tracksExplained ?? [] { Output.line(Words.shown(change.description)) }
    let counts = TrackChange.Kind.allCases.compactMap { kind in
      overview.changes?[kind.rawValue].map { "\(Words.count($0)) \(kind.rawValue)" }
    }
    if !counts.isEmpty { Output.line("tracks: \(counts.joined(separator: ", "))") }
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
  func finish(
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
    report.finished(summary)
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
  func divide(_ preparation: inout Preparation, _ earlier: PreparationChoices?) throws {
    if let earlier, earlier.areKnown, !division.isAsked {
      preparation.split = earlier.pendingSplit?.plan
      preparation.groupsNeighbours = earlier.pendingSplit?.groupsNeighbours ?? false
      return
    }
    let tracks = preparation.manifest?.tracks.map { SplitTrack($0) } ?? []
    let hasSplit = !division.isAsked && SplitCommand.exists(in: cache)
    // The dataset's own split is the one by which published figures compare.
    let official = division.isAsked || hasSplit ? nil : preparation.manifest?.officialSplits.first
    preparation.split = try division.plan(
      default: hasSplit ? nil : SplitCommand.defaultRatios,
      policy: official.map(SplitPolicy.published) ?? .standard(for: tracks),
      published: preparation.manifest?.publishedSides ?? [])
    preparation.groupsNeighbours = division.policy == nil
  }
}
