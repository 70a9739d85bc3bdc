import ArgumentParser
import Corpus
import DatasetCache
import Preparation

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Divide the tracks of a cache into train, validation and test, or into folds.",
    discussion: """
      Whole tracks are divided, never slices, with every label shared out alike: each side gets its \
      share of each label to within one track. The split is stored in the cache under its name.

      Examples:
        lathe split gtzan.lathe --split 0.8,0.1,0.1 --seed 1
        lathe split gtzan.lathe --folds 5 --name five
      """)

  static let defaultRatios = [0.8, 0.1, 0.1]

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @OptionGroup var division: SplitOptions

  @Option(help: "What to call it; a name that says it all if not given.")
  var name: String?

  @Flag(help: "Print the split as JSON: plan, sides and the side of every track.")
  var json = false

  func validate() throws {
    if division.split == "none" {
      throw ValidationError("--split none: nothing to do. Give ratios or --folds.")
    }
  }

  func run() throws {
    guard let plan = try division.plan(default: Self.defaultRatios, name: name) else { return }
    let cache = try Cache.open(at: cache, for: .writing)
    let split = try cache.makeSplit(plan)
    try cache.renewCard()
    if json { return try Output.json(split, pretty: true) }
    let tracks = try cache.trackRecords().map { (id: $0.id, label: $0.label) }
    Output.line("\(split.plan.name): \(Words.tracks(tracks.count))")
    SplitTable.lines(split, tracks: tracks).forEach { Output.line("  " + $0) }
  }

  /// Whether there is a cache with a split already.
  static func exists(in path: String) -> Bool {
    guard let cache = try? Cache.open(at: path, for: .reading) else { return false }
    return (try? cache.splitNames().isEmpty) == false
  }
}

/// Tracks of each label and side.
enum SplitTable {
  static func lines(_ split: Split, tracks: [(id: String, label: String)]) -> [String] {
    let counts = split.counts(tracks: tracks)
    let labels = Set(tracks.map(\.label)).sorted()
    var rows = [["label"] + split.sides]
    for label in labels {
      rows.append([label] + split.sides.map { "\(counts[$0]?[label] ?? 0)" })
    }
    rows.append(
      ["all"] + split.sides.map { side in "\(counts[side]?.values.reduce(0, +) ?? 0)" })
    return Words.table(rows)
  }
}
