import ArgumentParser
import Corpus
import DatasetCache
import Preparation
import Wording

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make one cache of the shards that were prepared.",
    discussion: """
      Any number of machines prepare the shards of a cache, in any order, each with lathe prepare … --shard \
      I/N. This does what concerns all of them: it finds what sounds the same, makes the splits, the index \
      and the card. No shard is rewritten. Where shards are missing, it names them and does nothing.

      Examples:
        lathe prepare music --cache music.lathe --shard 0/2
        lathe prepare music --cache music.lathe --shard 1/2
        lathe merge music.lathe
        sbatch --array=$(lathe merge music.lathe --missing) prepare.sh
        lathe merge music.lathe --into one.lathe
        lathe merge music.lathe --into eight.lathe --split 8

      --into writes another cache, of one file or of as many shards as --split says; nothing is computed \
      again, and the digest stays the same.
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(
    help:
      "Print the numbers of the shards that are not done, as an array expression such as 7,19-21.")
  var missing = false

  @Option(
    help: ArgumentHelp(
      "Write what the merged cache holds into a new one, in this folder.", valueName: "folder"),
    completion: .directory)
  var into: String?

  @Option(
    help: ArgumentHelp("With --into: how many shards the new one has.", valueName: "n"))
  var split = 1

  @Flag(help: "Print what came of it as JSON.")
  var json = false

  @Flag(help: "End with 0 also where tracks are in quarantine.")
  var acceptQuarantine = false

  @OptionGroup var writing: WritingOptions

  func validate() throws {
    if missing, into != nil { throw ValidationError("--missing and --into exclude each other.") }
    if split != 1, into == nil { throw ValidationError("--split goes with --into.") }
    if !Shard.possibleCounts.contains(split) {
      throw ValidationError(
        "--split \(split): give 1 to \(Words.count(Shard.possibleCounts.upperBound)).")
    }
  }

  func run() throws {
    if let into { return try copy(into: into) }
    var merge = ShardMerge(cachePath: cache)
    merge.scratch = writing.location
    if missing {
      let numbers = try merge.missing()
      if json { return try Output.json(["missing": numbers]) }
      if !numbers.isEmpty { Output.line("\(ArrayExpression(numbers))") }
      return
    }
    let summary = try merge.run()
    if json {
      try Output.json(summary, pretty: true)
    } else {
      show(summary)
    }
    if !summary.quarantine.isEmpty, !acceptQuarantine { throw ExitCode(Exit.quarantined) }
  }

  /// Writes another cache.
  private func copy(into folder: String) throws {
    let cancellation = Cancellation()
    let interruption = Interruption(cancellation)
    var copying = CacheCopying(cachePath: cache, newPath: folder, shards: split)
    copying.scratch = writing.location
    let isDone = try copying.run(cancellation: cancellation)
    interruption.end()
    guard isDone else { throw ExitCode(Exit.interrupted) }
    let made = try Cache.open(at: folder, for: .reading)
    let (tracks, bytes) = (try made.trackCount(), try made.summary().bytes)
    if json {
      return try Output.json(Copied(cache: folder, shards: split, tracks: tracks, bytes: bytes))
    }
    Output.line(
      "\(Words.tracks(tracks)) in \(Words.shown(folder)), \(Words.counted(split, "shard")): "
        + "\(Words.bytes(bytes))")
  }

  private struct Copied: Encodable {
    let cache: String
    let shards, tracks, bytes: Int
  }

  private func show(_ summary: ShardMerge.Summary) {
    Output.line(
      "\(Words.tracks(summary.tracks)) in \(Words.shown(cache)), "
        + "\(Words.counted(summary.shards, "shard")): \(Words.bytes(summary.bytes)), "
        + "\(Words.count(summary.quarantine.count)) in quarantine, \(Words.count(summary.dropped)) left out"
    )
    if summary.duplicates > 0 {
      Output.line(
        "near-duplicates: \(DuplicatesText.pairs(summary.duplicates)) of tracks sound the same; "
          + "lathe duplicates \(cache) lists them")
    }
    if !summary.splits.isEmpty {
      Output.line("splits: \(summary.splits.map(Words.shown).joined(separator: ", "))")
    }
    for (name, audit) in summary.audits.sorted(by: { ByteOrder.precedes($0.key, $1.key) }) {
      Output.line(AuditText.line(name, audit, cache: cache))
    }
    for line in summary.emptySplits { Output.line(Words.shown("split left empty: \(line)")) }
    Output.line(
      "\(Words.duration(summary.seconds)) wall, \(Words.bytes(summary.peakBytes)) peak memory")
  }
}
