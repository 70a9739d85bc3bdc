import ArgumentParser
import DatasetCache
import Preparation
import Wording

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check everything that a cache holds against what was written.",
    discussion: """
      Reads every page, record and value of one state of the cache, also while a preparation writes, and \
      changes nothing. Where all is sound and nobody writes, card.json is compared with it. Ends with exit code 1 where anything is damaged; lathe repair CACHE AUDIO_DIR makes \
      it whole again.

      Examples:
        lathe verify gtzan.lathe
        lathe verify gtzan.lathe --json | jq '.problems[] | .key'
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(help: "Print what was found as JSON.")
  var json = false

  func run() throws {
    try VerificationText.show(
      VerificationText.Report(try Cache.parts(at: cache)), asJSON: json)
  }
}

/// A cache of an earlier version, in which a changed label would not be noticed.
enum RecordChecksums {
  /// What is said of one.
  static let remark =
    "an earlier version wrote this cache: its records have no checksums until lathe prepare adds them"

  /// What is to be said of a cache; nil where all is well.
  static func remark(_ cache: Cache) throws -> String? {
    try cache.hasRecordChecksums() ? nil : remark
  }
}

/// What a check of a cache found, as lines and as JSON.
enum VerificationText {
  /// What `--json` prints.
  struct Report: Encodable {
    struct Problem: Encodable {
      let kind: String
      let database: String
      let key: String
      let detail: String
    }

    var schema = "lathe.verify/1"
    let cache: String
    /// Tracks that were checked; 0 where there are problems.
    let tracks: Int
    let problems: [Problem]
    /// Whether all records have checksums; not in caches of earlier versions.
    let recordChecksums: Bool
    /// Whether it is a whole, not shards that are still to be merged.
    let isMerged: Bool
    /// As they are, for the repair.
    let found: [CacheProblem]

    private enum CodingKeys: String, CodingKey {
      case schema, cache, tracks, problems, recordChecksums
    }

    /// Checks a cache, or the shards of one that is not merged; what is counted is what was
    /// checked.
    init(_ parts: [Cache]) throws {
      let states = try parts.map { try $0.snapshot() }
      var damage = try states.flatMap { try $0.verify() }
      let whole = parts.first { $0.shard == nil }
      if whole == nil { damage += try Cache.shardProblems(at: parts[0].path, parts) }
      found = damage.isEmpty ? try whole?.cardProblems() ?? [] : damage
      isMerged = whole != nil
      recordChecksums = try states.allSatisfy { try $0.hasRecordChecksums() }
      cache = parts[0].path
      tracks = found.isEmpty ? try states.reduce(0) { try $0 + $1.trackCount() } : 0
      problems = found.map {
        Problem(kind: $0.kind.rawValue, database: $0.database, key: $0.key, detail: $0.detail)
      }
    }
  }

  /// - Throws: `ExitCode` where there are problems.
  static func show(_ report: Report, asJSON: Bool) throws {
    try write(report, asJSON: asJSON)
    if report.found.isEmpty { return }
    Output.error(
      "lathe: \(Words.counted(report.found.count, "problem")) in \(report.cache); "
        + "run lathe repair \(report.cache) AUDIO_DIR")
    throw ExitCode(Exit.failed)
  }

  /// Takes the damaged tracks out.
  /// - Throws: `ExitCode` where problems are left.
  static func repair(_ cache: Cache, asJSON: Bool) throws {
    let report = try Report([cache])
    try write(report, asJSON: asJSON)
    if report.found.isEmpty { return }
    let removed = try cache.repair(report.found)
    var done = ["\(Words.tracks(removed.count)) taken out; run lathe prepare again to make them"]
    let left = try cache.verify()
    if left.isEmpty, try cache.mendCard() { done.append("card.json was written anew") }
    for line in done { if asJSON { Output.error(line) } else { Output.line(line) } }
    guard !left.isEmpty else { return }
    Output.error(
      "lathe: \(Words.counted(left.count, "problem")) left in \(cache.path); "
        + "prepare it in a new folder")
    throw ExitCode(Exit.failed)
  }

  private static func write(_ report: Report, asJSON: Bool) throws {
    if asJSON { return try Output.json(report, pretty: true) }
    for problem in report.found { Output.line("\(problem)") }
    if report.found.isEmpty {
      let checked = report.recordChecksums ? "everything" : "every value"
      Output.line("\(Words.tracks(report.tracks)), \(checked) as it was written")
    }
    if !report.isMerged {
      Output.line("its shards are not merged: \(Words.command(["lathe", "merge", report.cache]))")
    }
    if !report.recordChecksums { Output.line(RecordChecksums.remark) }
  }
}
