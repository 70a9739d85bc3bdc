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

      A zip, a tar or a tar.gz is read in its place: a track's path is the one in it. Several folders and \
      archives are one collection, each track's path being the one in its own; two that have a file of the \
      same path are refused. A compressed tar is unpacked to a temporary file while it is read, in the \
      folder of --scratch, else in $TMPDIR or /var/tmp.

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
        lathe prepare genres_original --cache gtzan.lathe --dry-run --explain
        lathe prepare music --cache music.lathe --overlay corrections.json
        lathe prepare music --cache music.lathe --retry-quarantined
        lathe prepare music --cache music.lathe --shard 3/64
        lathe prepare genres.tar.gz --cache gtzan.lathe --label-from '*/genre/*'
        lathe prepare /disk1/music /disk2/music more.zip --cache music.lathe
      """)

  @Argument(
    help: ArgumentHelp(
      "The folder of audio: one folder a label; or an archive, or several of both.",
      valueName: "audio-dir"), completion: .file())
  var audioFolders: [String]

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
      discussion:
        "A file may be named by its path, its name or that without extension, or by the column id.",
      valueName: "file.csv"), completion: .file(extensions: ["csv"]))
  var labels: String?

  @OptionGroup var columns: TableColumns

  @Option(
    help: ArgumentHelp(
      "Which folder is the label, such as */genre/* for the second; artist and album may be named too.",
      discussion:
        "A part for each folder and one for the file: genre, artist, album, * for any, ** for any number of "
        + "folders. If not given, the outermost folder: genre/**.", valueName: "pattern"))
  var labelFrom: String?

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

  @Option(
    help: ArgumentHelp(
      "What people have corrected, JSON or CSV: labels, groups, tracks to leave out; none forgets it.",
      discussion: "If not given, what the cache was prepared with.", valueName: "file"),
    completion: .file(extensions: ["json", "csv"]))
  var overlay: String?

  @Flag(
    help: ArgumentHelp(
      "Compare every file with what was read of it, also where size and time are the same."))
  var checkContent = false

  @Flag(help: "Show what would be done and why; write nothing.")
  var dryRun = false

  @Flag(
    help: "With --dry-run: say of every track that is not as it was what would be done, and why.")
  var explain = false

  @Flag(help: "Throw computed values away without asking, where another choice does that.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      ShardArgument.help,
      discussion: "What is common to all shards is made by lathe merge.", valueName: "i/n|auto"))
  var shard: String?

  @OptionGroup var writing: WritingOptions

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

  @OptionGroup var metrics: MetricsOptions

  @OptionGroup var division: SplitOptions

  func validate() throws {
    if audioFolders.contains("") || cache.isEmpty {
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
    if let labelFrom {
      if labels != nil || manifest != nil {
        throw ValidationError("--label-from excludes --labels and --manifest: give one of them.")
      }
      do { _ = try FolderPattern(labelFrom) } catch { throw ValidationError("\(error)") }
    }
    if columns.columns != nil, labels == nil {
      throw ValidationError("--columns is for --labels.")
    }
    if explain, !dryRun {
      throw ValidationError("--explain goes with --dry-run: what is done, another run tells.")
    }
    if let shard { _ = try ShardArgument.shard(shard, cache: cache) }
    guard retryQuarantined else { return }
    if shard != nil {
      throw ValidationError(
        "--shard tries the files in quarantine of its shard again: leave out --retry-quarantined.")
    }
    if recipe != nil || profile != nil || !changes.isEmpty || labels != nil || labelFrom != nil
      || !fault.isEmpty
      || !exclude.isEmpty || overlay != nil
    {
      throw ValidationError(
        "--retry-quarantined takes the cache's own choices: leave out --recipe, --set, --profile, "
          + "--fault, --labels, --exclude and --overlay.")
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
  func policies(from recipe: FaultPolicies) throws -> FaultPolicies {
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

  func faultChoices() throws -> [(kind: String, policy: String)] {
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
    let report = try progress.report(of: "prepare", cache: cache, metrics: metrics)
    try report.reporting { try retryQuarantined ? retry(report) : prepare(report) }
  }
}

extension Profile: ExpressibleByArgument {}
