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
      used goes to quarantine with its reason (exit code 3) and is tried again next time; the others \
      are finished.

      Examples:
        lathe prepare genres_original --cache gtzan.lathe
        lathe prepare music --cache music.lathe --split 0.7,0.3 --seed 7 --threads 4
        lathe prepare music --cache music.lathe --profile librosa-1.0 --progress json
      """)

  @Argument(
    help: ArgumentHelp("The folder of audio: one folder a label.", valueName: "audio-dir"),
    completion: .directory)
  var audioFolder: String

  @Option(help: ArgumentHelp("The cache; made where there is none.", valueName: "cache"))
  var cache: String

  @Option(
    help: ArgumentHelp(
      "What is known of the dataset: a name or a file. Without it the folders are the labels.",
      valueName: "name|file"))
  var manifest: String?

  @Option(
    help: ArgumentHelp("What to prepare and how: a name or a file.", valueName: "name|file"))
  var recipe = Recipe.gtzan.name

  @Option(
    help: ArgumentHelp(
      "Whose numbers to reproduce: \(Profile.allCases.map(\.rawValue).joined(separator: " or ")).",
      discussion: "Replaces the recipe's.", valueName: "profile"))
  var profile: Profile?

  @Option(help: "Worker threads; all cores if not given.")
  var threads: Int?

  @Option(help: "How to show progress: auto, plain, json or none.")
  var progress = ProgressStyle.auto

  @OptionGroup var division: SplitOptions

  func validate() throws {
    if audioFolder.isEmpty || cache.isEmpty {
      throw ValidationError("An empty path: give the folder of audio and --cache a folder.")
    }
    if let threads, !(1...1_024).contains(threads) {
      throw ValidationError("--threads \(threads): give 1 to 1,024.")
    }
  }

  func run() throws {
    var preparation = Preparation(folder: audioFolder, cachePath: cache)
    preparation.recipe = try Catalogue.recipe(recipe)
    if let profile { preparation.recipe.profile = profile }
    preparation.manifest = try manifest.map(Catalogue.manifest)
    if let threads { preparation.threads = threads }
    try divide(&preparation)
    let cancellation = Cancellation()
    let interruption = Interruption(cancellation)
    let summary = try run(preparation, cancellation)
    interruption.end()
    if progress == .json {
      JSONProgress().put("finished", summary)
    } else {
      SummaryText(summary, cache: cache).lines.forEach { Output.line($0) }
    }
    if summary.wasCancelled { throw ExitCode(Exit.interrupted) }
    if !summary.quarantine.isEmpty { throw ExitCode(Exit.quarantined) }
  }

  /// The split that is asked for; the default one where there is none yet.
  private func divide(_ preparation: inout Preparation) throws {
    let tracks = preparation.manifest?.tracks.map(SplitTrack.init) ?? []
    let isAsked = division.policy != nil || division.seed != nil
    let hasSplit = !isAsked && SplitCommand.exists(in: cache)
    preparation.split = try division.plan(
      default: hasSplit ? nil : SplitCommand.defaultRatios, policy: .standard(for: tracks),
      published: preparation.manifest?.publishedSides ?? [])
    preparation.groupsNeighbours = division.policy == nil
  }

  private func run(
    _ preparation: Preparation, _ cancellation: Cancellation
  ) throws -> PreparationSummary {
    let sink = progress.sink()
    // Whatever ends the run, the next line must not begin behind the bar.
    defer { (sink as? BarProgress)?.end() }
    return try preparation.run(progress: sink, cancellation: cancellation)
  }
}

extension Profile: ExpressibleByArgument {}
