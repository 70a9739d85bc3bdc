import Wording
import ArgumentParser
import Corpus
import DatasetCache
import Preparation

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a cache holds.",
    discussion: """
      Examples:
        lathe inspect gtzan.lathe
        lathe inspect gtzan.lathe --json | jq .slices
        lathe inspect gtzan.lathe --verdicts
        lathe inspect gtzan.lathe --quarantine --json
        lathe inspect gtzan.lathe --digest
        lathe inspect gtzan.lathe --verify --repair

      The digest is the same for the same folder of audio and recipe, whatever the number of threads, \
      the run or the day. Verifying reads everything and ends with exit code 1 where something is \
      damaged; repairing takes the damaged tracks out, and the next prepare makes them again.
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(help: "Print the card as JSON.")
  var json = false

  @Flag(help: "Print one digest over all keys and values.")
  var digest = false

  @Flag(help: "Check every value against its checksum.")
  var verify = false

  @Flag(help: "List the tracks with a verdict, the worst first, with what was measured.")
  var verdicts = false

  @Flag(help: "List the files in quarantine, each with its reason and what to do.")
  var quarantine = false

  @Flag(help: "With --verify: take out the tracks that are damaged.")
  var repair = false

  func validate() throws {
    if repair, !verify { throw ValidationError("--repair goes with --verify.") }
    if [digest, verify, verdicts, quarantine].count(where: \.self) > 1 {
      throw ValidationError(
        "--digest, --verify, --verdicts and --quarantine exclude each other: give one of them.")
    }
    if json, digest {
      throw ValidationError("--json goes with --verify, --verdicts, --quarantine or alone.")
    }
  }

  func run() throws {
    if repair {
      let writable = try WritableCache(at: cache, in: .automatic)
      try VerificationText.repair(writable.cache, asJSON: json)
      return try writable.finish()
    }
    let cache = try Cache.open(at: cache, for: .reading)
    if digest { return Output.line(try cache.digest()) }
    if verify {
      return try VerificationText.show(
        VerificationText.Report([cache], isDeep: true), asJSON: json)
    }
    if verdicts { return try Verdicts.show(cache, asJSON: json) }
    if quarantine { return try Verdicts.showQuarantine(cache, asJSON: json) }
    guard let card = try cache.card() else {
      throw CacheError(
        kind: .unfinished, operation: "inspect", subject: cache.path,
        detail: "it has no card: its preparation did not end, or is still running",
        hint: "wait for it, or run lathe prepare again; what was done is kept")
    }
    if json { return try Output.json(card, pretty: true) }
    try show(card, of: cache)
  }

  private func show(_ card: Card, of cache: Cache) throws {
    let census = try cache.summary()
    Output.line(
      "\(Words.shown(card.name)): \(Words.tracks(census.tracks)), "
        + "\(Words.counted(card.labels.count, "label")), "
        + "\(Words.bytes(census.bytes)), profile \(card.profile)")
    var rows = [["view", "tracks", "slices", "size", "fingerprint"]]
    for (view, part) in census.views.sorted(by: { $0.key < $1.key }) {
      rows.append([
        view.rawValue, Words.count(part.tracks), Words.count(part.slices),
        Words.bytes(part.bytes), String(part.fingerprint.hex.prefix(12)),
      ])
    }
    Words.table(rows).forEach { Output.line($0) }
    let labels = card.labels.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    Output.line("labels: \(labels.joined(separator: ", "))")
    let standard = try cache.defaultSplit()
    for audit in try cache.audits() {
      Output.line("split \(Words.shown(audit.split))")
      if audit.split == standard { Output.line("  the default: meant where none is named") }
      SplitTable.lines(audit).forEach { Output.line("  " + $0) }
      Output.line("  " + AuditText.line(audit.split, audit.summary, cache: cache.path))
    }
    Output.line(Words.shown("recipe: \(card.recipe)"))
    if let licence = card.licence { Output.line(Words.shown("licence: \(licence)")) }
    for citation in card.citations { Output.line(Words.shown("cite: \(citation)")) }
    if let remark = try Unfinished.remark(cache) { Output.line(remark) }
    if cache.isUnlocked {
      Output.line("read without locks: nobody should prepare it in place meanwhile")
    }
    if let remark = try RecordChecksums.remark(cache) { Output.line(remark) }
    FaultText.lines(card.faults ?? [:]).forEach { Output.line($0) }
    for record in card.dropped ?? [] { Output.line("dropped: " + FaultText.text(record)) }
    Output.line(card.quarantine.isEmpty ? "quarantine: empty" : "quarantine:")
    for record in card.quarantine {
      Output.line("  " + SummaryText.text(record))
    }
  }
}

/// A cache that a preparation is still filling, or was interrupted in.
enum Unfinished {
  /// What is said where all that is stored is whole, and splits or card do not cover it yet.
  static let remark =
    "unfinished: a change is under way or was stopped; run lathe prepare, or what was stopped, again"

  /// What is missing; nil where nothing is.
  static func remark(_ cache: Cache) throws -> String? {
    let pending = try cache.pendingTracks()
    if pending == 0 { return try cache.hasUnfinishedChange() ? remark : nil }
    return "unfinished: \(Words.tracks(pending)) still to be prepared; run lathe prepare again"
  }
}
