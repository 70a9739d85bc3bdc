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

      Examples:
        lathe prepare genres_original --cache gtzan.lathe
        lathe prepare music --cache music.lathe --split 0.7,0.3 --seed 7 --threads 4
        lathe prepare music --cache music.lathe --profile librosa-1.0 --progress json
        lathe prepare genres_original --cache gtzan.lathe --manifest gtzan --fault replica=drop
        lathe prepare music --cache music.lathe --retry-quarantined
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
    help: ArgumentHelp(
      "What to prepare and how: a name or a file; gtzan if not given.", valueName: "name|file"))
  var recipe: String?

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
      valueName: "kind=policy"))
  var fault: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Try only the files in quarantine again, with the cache's own recipe; look at no other file.")
  )
  var retryQuarantined = false

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
    _ = try policies(from: FaultPolicies())
    if retryQuarantined, recipe != nil || profile != nil || !fault.isEmpty {
      throw ValidationError(
        "--retry-quarantined takes the cache's own recipe: leave out --recipe, --profile and --fault."
      )
    }
    if retryQuarantined, division.isAsked {
      throw ValidationError(
        "--retry-quarantined renews the splits that there are: make others with lathe split.")
    }
  }

  /// The policies of a recipe with those of the command line in their place.
  private func policies(from recipe: FaultPolicies) throws -> FaultPolicies {
    var policies = recipe
    for choice in fault {
      let parts = choice.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw ValidationError(
          "--fault \(Words.shown(choice)): give KIND=POLICY, such as silent=drop.")
      }
      do {
        try policies.choose(String(parts[1]), for: String(parts[0]))
      } catch {
        throw ValidationError("--fault \(Words.shown(choice)): \(error).")
      }
    }
    return policies
  }

  func run() throws {
    var preparation = Preparation(folder: audioFolder, cachePath: cache)
    if retryQuarantined {
      preparation.recipe = try Self.recipe(of: cache)
      preparation.onlyQuarantined = true
    } else {
      preparation.recipe = try Catalogue.recipe(recipe ?? Recipe.gtzan.name)
      if let profile { preparation.recipe.profile = profile }
      preparation.recipe.faults = try policies(from: preparation.recipe.faults)
    }
    preparation.manifest = try manifest.map(Catalogue.manifest)
    if let threads { preparation.threads = threads }
    if !retryQuarantined { try divide(&preparation) }
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

  /// The recipe that a cache was prepared with.
  private static func recipe(of path: String) throws -> Recipe {
    let cache = try Cache.open(at: path, for: .reading)
    guard let description = try cache.description() else {
      throw CacheError(
        kind: .unfinished, operation: "retry", subject: path, detail: "it was never prepared",
        hint: "run lathe prepare without --retry-quarantined")
    }
    return try Recipe.decode(description.recipeJSON)
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
