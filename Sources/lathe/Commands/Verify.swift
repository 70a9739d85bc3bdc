import ArgumentParser
import AudioIO
import DatasetCache
import Preparation
import Wording

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check what a cache holds against what was written.",
    discussion: """
      Quick, if not said otherwise: pages, records, headers of values, counts, fingerprints and splits, in a \
      time that grows with the tracks and not with their values. --deep reads every value too: checksum, \
      shape, finite numbers. --against decodes audio and computes values again, and compares them byte for \
      byte. One state of the cache is checked, also while a preparation writes, and nothing is changed. \
      Where all is sound and nobody writes, card.json is compared with it. Ends with exit code 1 where \
      anything is damaged; lathe repair CACHE AUDIO_DIR makes it whole again.

      Examples:
        lathe verify gtzan.lathe
        lathe verify gtzan.lathe --deep --json | jq '.problems[] | .key'
        lathe verify gtzan.lathe --against genres_original --tracks 20
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(help: "Read every value too, and compare it with its checksum.")
  var deep = false

  @Option(
    help: ArgumentHelp(
      "Compute values again from this folder or archive of audio, and compare them.",
      discussion: "May be given several times, once for each that was prepared.",
      valueName: "audio-dir"), completion: .directory)
  var against: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --against: so many tracks, from all parts of the cache; all if not given.",
      valueName: "n"))
  var tracks: Int?

  @Flag(help: "Print what was found as JSON.")
  var json = false

  func validate() throws {
    if tracks != nil, against.isEmpty { throw ValidationError("--tracks goes with --against.") }
    if let tracks, tracks < 1 {
      throw ValidationError("--tracks \(tracks): give 1 or more.")
    }
  }

  func run() throws {
    let parts = try Cache.parts(at: cache)
    var report = try VerificationText.Report(parts, isDeep: deep)
    if !against.isEmpty, report.found.isEmpty {
      let comparison = AudioComparison(AudioRoots(against), tracks: tracks)
      for part in parts { report.add(try comparison.run(part.snapshot())) }
    }
    try VerificationText.show(report, asJSON: json)
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

      init(_ problem: CacheProblem) {
        kind = problem.kind.rawValue
        database = problem.database
        key = problem.key
        detail = problem.detail
      }
    }

    var schema = "lathe.verify/1"
    let cache: String
    /// Tracks that were checked; 0 where there are problems.
    private(set) var tracks: Int
    /// Whether values were read, not only their headers.
    let deep: Bool
    /// Tracks whose values were computed again from the audio; nil where that was not asked for.
    private(set) var compared: Int?
    /// Views that programs compute, which were not started to compare them.
    private(set) var notCompared: [View]?
    /// Views of kinds that this program does not have, which cannot be compared.
    private(set) var unknown: [View]?
    private(set) var problems: [Problem]
    /// Whether all records have checksums; not in caches of earlier versions.
    let recordChecksums: Bool
    /// Whether a change of it, such as a preparation, is under way or was stopped.
    let isUnfinished: Bool
    /// Whether it is a whole, not shards that are still to be merged.
    let isMerged: Bool
    /// As they are, for the repair.
    private(set) var found: [CacheProblem]

    private enum CodingKeys: String, CodingKey {
      case schema, cache, tracks, deep, compared, notCompared, unknown, problems, recordChecksums
      case isUnfinished = "unfinished"
    }

    /// Checks a cache, or the shards of one that is not merged; what is counted is what was
    /// checked.
    init(_ parts: [Cache], isDeep: Bool) throws {
      deep = isDeep
      let states = try parts.map { try $0.snapshot() }
      var damage = try states.flatMap { try $0.verify(isDeep: isDeep) }
      let whole = parts.first { $0.shard == nil }
      if whole == nil { damage += try Cache.shardProblems(at: parts[0].path, parts) }
      found = damage.isEmpty ? try whole?.cardProblems() ?? [] : damage
      isMerged = whole != nil
      isUnfinished = try states.contains { try $0.hasUnfinishedChange() }
      recordChecksums = try states.allSatisfy { try $0.hasRecordChecksums() }
      cache = parts[0].path
      tracks = found.isEmpty ? try states.reduce(0) { try $0 + $1.trackCount() } : 0
      problems = found.map(Problem.init)
    }

    /// Adds what a comparison with the audio found.
    mutating func add(_ outcome: AudioComparison.Outcome) {
      compared = (compared ?? 0) + outcome.compared
      if !outcome.passedOver.isEmpty { notCompared = outcome.passedOver }
      if !outcome.unknown.isEmpty { unknown = outcome.unknown }
      found += outcome.problems
      problems += outcome.problems.map(Problem.init)
      if !found.isEmpty { tracks = 0 }
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
    let report = try Report([cache], isDeep: true)
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
      let checked =
        !report.deep
        ? "every record and header" : report.recordChecksums ? "everything" : "every value"
      Output.line(
        "\(Words.tracks(report.tracks)), \(checked) as it was written"
          + (report.deep || report.compared != nil ? "" : "; --deep reads every value too"))
      if let compared = report.compared {
        Output.line("\(Words.tracks(compared)) computed again from the audio: the same bytes")
      }
    }
    if let views = report.notCompared {
      Output.line("not compared, since programs compute them: \(Words.list(views.map(\.rawValue)))")
    }
    if let views = report.unknown {
      Output.line(
        "not compared, since this program does not have their kinds: "
          + Words.list(views.map(\.rawValue)))
    }
    if !report.isMerged {
      Output.line("its shards are not merged: \(Words.command(["lathe", "merge", report.cache]))")
    }
    if report.isUnfinished { Output.line(Unfinished.remark) }
    if !report.recordChecksums { Output.line(RecordChecksums.remark) }
  }
}
