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
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(
    help:
      "Print the numbers of the shards that are not done, as an array expression such as 7,19-21.")
  var missing = false

  @Flag(help: "Print what came of it as JSON.")
  var json = false

  @Flag(help: "End with 0 also where tracks are in quarantine.")
  var acceptQuarantine = false

  func run() throws {
    let merge = ShardMerge(cachePath: cache)
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
