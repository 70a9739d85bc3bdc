import Wording
import ArgumentParser
import Corpus
import DatasetCache
import Preparation

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Divide the tracks of a cache into train, validation and test, or into folds.",
    discussion: """
      Where groups of recordings or artists are known or near-duplicates were found, they stay whole \
      (policy grouped), so that nothing leaks from one side to another, and every label comes as near its shares as the groups allow. \
      Otherwise whole tracks are divided (policy stratified): each side gets its share of each label to \
      within one track. Where tracks have several labels, all are shared out at once (iterative stratification), and the \
      measures of how evenly are printed (LD and ED; 0 is perfect). The split is audited and stored in the cache under its name.

      Examples:
        lathe split gtzan.lathe --split 0.8,0.1,0.1 --seed 1
        lathe split gtzan.lathe --folds 5 --name five
        lathe split gtzan.lathe --policy published:fault-filtered --manifest gtzan
        lathe split gtzan.lathe --folds 10 --dry-run
        lathe split gtzan.lathe --list
        lathe split gtzan.lathe --default five
        lathe split gtzan.lathe --remove five
      """)

  static let defaultRatios = [0.8, 0.1, 0.1]

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @OptionGroup var division: SplitOptions

  @Option(help: "What to call it; a name that says it all if not given.")
  var name: String?

  @Option(
    help: ArgumentHelp("The manifest that publishes the split.", valueName: "name|file"),
    completion: Completions.manifests)
  var manifest: String?

  @Flag(help: "List the splits that the cache has.")
  var list = false

  @Option(
    help: ArgumentHelp("Take the split of this name out of the cache.", valueName: "name"),
    completion: Completions.splits)
  var remove: String?

  @Option(
    name: .customLong("default"),
    help: ArgumentHelp(
      "Make the split of this name the one that is meant where none is named; the first that is made is that "
        + "already.", valueName: "name"),
    completion: Completions.splits)
  var chosenDefault: String?

  @Flag(help: "Show the split that would be made, with its audit; nothing is stored.")
  var dryRun = false

  @Flag(help: "Print the split as JSON: plan, sides and the side of every track.")
  var json = false

  @OptionGroup var writing: WritingOptions

  func validate() throws {
    let verbs = [
      list ? "--list" : nil, remove.map { _ in "--remove" }, chosenDefault.map { _ in "--default" },
    ].compactMap { $0 }
    if let verb = verbs.first {
      if verbs.count > 1 {
        throw ValidationError("\(Words.list(verbs)) exclude each other: give one of them.")
      }
      if dryRun || division.isAsked || name != nil || manifest != nil || json && !list {
        throw ValidationError(
          list ? "--list goes with --json or alone." : "\(verb) NAME goes alone.")
      }
      return
    }
    if division.split == "none" {
      throw ValidationError("--split none: nothing to do. Give ratios or --folds.")
    }
    guard case .published = division.policy else {
      // The policy may still depend on the cache; a bad name does not.
      _ = try division.plan(default: Self.defaultRatios, policy: .stratified, name: name)
      return
    }
    if name != nil { throw ValidationError("A published split keeps its name: leave out --name.") }
    if manifest == nil {
      throw ValidationError("A published split comes from a manifest: give --manifest.")
    }
  }

  func run() throws {
    if list {
      return try SplitList.show(try Cache.open(at: cache, for: .reading), asJSON: json)
    }
    if let chosenDefault {
      return try change { try SplitList.choose(chosenDefault, in: $0, path: cache) }
    }
    if let remove { return try change { try SplitList.remove(remove, from: $0, path: cache) } }
    if !dryRun { return try change(make) }
    say(try make(in: try Cache.open(at: cache, for: .reading)))
  }

  /// Changes the cache, and says then what came of it.
  private func change(_ body: (Cache) throws -> [String]) throws {
    let writable = try WritableCache(at: cache, in: writing.location)
    let lines = try body(writable.cache)
    try writable.finish()
    say(lines)
  }

  private func say(_ lines: [String]) {
    for line in lines { if json { Output.text(json: line) } else { Output.line(line) } }
  }

  /// Makes the split, and stores it if that is wanted.
  ///
  /// - Returns: what there is to say of it, as lines or as JSON.
  private func make(in cache: Cache) throws -> [String] {
    let published = try manifest.map(Catalogue.manifest)?.publishedSides ?? []
    let standard = SplitPolicy.standard(
      for: try cache.splitTracks(), links: try cache.neighbours().links)
    let plan = try division.plan(
      default: Self.defaultRatios, policy: standard, published: published, name: name)
    guard let plan else { return [] }
    let sides = try SplitOptions.find(plan.policy, in: published)
    let split = try sides.map { try cache.division(by: $0) } ?? cache.division(by: plan)
    if !dryRun {
      try cache.putSplit(split)
      try cache.writeIndex()
      try cache.renewCard()
    }
    if json { return [try Output.jsonText(split, pretty: true)] }
    return lines(of: split, try cache.audit(split), of: try cache.trackCount())
  }

  private func lines(of split: Split, _ audit: SplitAudit, of count: Int) -> [String] {
    let assigned = split.assignment.isEmpty ? count : split.assignment.count
    let more = assigned < count ? ", \(Words.count(count - assigned)) more in no side" : ""
    var lines = ["\(split.plan.name): \(Words.tracks(assigned))\(more)"]
    lines += SplitTable.lines(audit).map { "  " + $0 }
    lines += [
      AuditText.balance(audit), AuditText.absentLabels(audit), AuditText.distribution(audit),
    ].compactMap { $0 }
    lines.append(AuditText.line(split.plan.name, audit.summary, cache: cache))
    if dryRun { lines.append("nothing was stored: --dry-run") }
    return lines
  }

  /// Whether there is a cache with a split already.
  static func exists(in path: String) -> Bool {
    guard let cache = try? Cache.open(at: path, for: .reading) else { return false }
    return (try? cache.splitNames().isEmpty) == false
  }
}
