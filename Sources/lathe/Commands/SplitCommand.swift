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
      within one track. The split is audited and stored in the cache under its name.

      Examples:
        lathe split gtzan.lathe --split 0.8,0.1,0.1 --seed 1
        lathe split gtzan.lathe --folds 5 --name five
        lathe split gtzan.lathe --policy published:fault-filtered --manifest gtzan
      """)

  static let defaultRatios = [0.8, 0.1, 0.1]

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @OptionGroup var division: SplitOptions

  @Option(help: "What to call it; a name that says it all if not given.")
  var name: String?

  @Option(
    help: ArgumentHelp("The manifest that publishes the split.", valueName: "name|file"))
  var manifest: String?

  @Flag(help: "Print the split as JSON: plan, sides and the side of every track.")
  var json = false

  func validate() throws {
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
    let published = try manifest.map(Catalogue.manifest)?.publishedSides ?? []
    let cache = try Cache.open(at: cache, for: .writing)
    let standard = SplitPolicy.standard(
      for: try cache.splitTracks(), links: try cache.neighbours().links)
    let plan = try division.plan(
      default: Self.defaultRatios, policy: standard, published: published, name: name)
    guard let plan else { return }
    let split =
      if let sides = try SplitOptions.find(plan.policy, in: published) {
        try cache.putPublished(sides)
      } else {
        try cache.makeSplit(plan)
      }
    try cache.writeIndex()
    try cache.renewCard()
    if json { return try Output.json(split, pretty: true) }
    guard let audit = try cache.audit(split: plan.name) else { return }
    let count = try cache.trackCount()
    let assigned = split.assignment.isEmpty ? count : split.assignment.count
    Output.line(
      "\(Words.shown(plan.name)): \(Words.tracks(assigned))"
        + (assigned < count ? ", \(Words.count(count - assigned)) more in no side" : ""))
    SplitTable.lines(audit).forEach { Output.line("  " + $0) }
    if let remark = AuditText.balance(audit) { Output.line(remark) }
    if let remark = AuditText.absentLabels(audit) { Output.line(remark) }
    Output.line(AuditText.line(plan.name, audit.summary, cache: cache.path))
  }

  /// Whether there is a cache with a split already.
  static func exists(in path: String) -> Bool {
    guard let cache = try? Cache.open(at: path, for: .reading) else { return false }
    return (try? cache.splitNames().isEmpty) == false
  }
}
