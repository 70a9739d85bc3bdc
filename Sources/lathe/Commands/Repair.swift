import ArgumentParser
import DatasetCache
import Preparation
import Wording

struct Repair: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep what can be read of a damaged cache, and make the rest again.",
    discussion: """
      A shard whose pages are damaged is written anew from what can be read of it; what does not go \
      together or fails its checksum is taken out. With the folder of audio, lathe prepare then makes \
      just what is missing, with the cache's own recipe. A cache that is whole stays as it is.

      Examples:
        lathe repair gtzan.lathe genres_original
        lathe repair gtzan.lathe
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Argument(
    help: ArgumentHelp("The folder of audio that it was prepared from.", valueName: "audio-dir"),
    completion: .directory)
  var audioFolders: [String] = []

  @OptionGroup var writing: WritingOptions

  func run() throws {
    if let plan = try ShardPlan.read(at: cache), plan.shards > 1 { return try repair(plan) }
    try repairStore()
    try prepare()
  }

  /// Repairs the shards of a divided cache that are there, and then the whole.
  private func repair(_ plan: ShardPlan) throws {
    for shard in plan.allShards where try Cache.exists(at: cache, shard: shard) {
      try repairStore(shard)
    }
    let problems = try Cache.repairWhole(at: cache, plan, in: writing.location)
    show(problems.map(\.description))
    for problem in problems where problem.isOfSplit {
      Output.line("lost: the split \(Words.shown(problem.key)); lathe split makes it again")
    }
    if audioFolders.isEmpty {
      Output.line("then: \(Words.command(["lathe", "merge", cache]))")
    }
    try prepare()
  }

  private func prepare() throws {
    if audioFolders.isEmpty { return }
    try Prepare.parse(["--cache", cache] + writing.arguments + ["--"] + audioFolders).run()
  }

  private func repairStore(_ shard: Shard? = nil) throws {
    let scratch = try writing.location.scratchStore(of: cache, shard: shard)
    try repairStore(shard, at: scratch?.path ?? cache)
    try scratch?.bringBack()
  }

  private func repairStore(_ shard: Shard?, at path: String) throws {
    let rebuilding = try Cache.rebuild(at: path, shard: shard)
    if let rebuilding {
      show(rebuilding.flaws.map { "damaged: \($0)" })
      Output.line(
        "\(shard.map { "shard \($0)" } ?? "the shard") was written anew with \(Words.counted(rebuilding.kept, "record")) of the old one"
      )
    }
    let (problems, hasDescription) = try takeOut(shard, at: path)
    // Of a shard the plan and the other shards know it.
    if shard != nil { return }
    guard rebuilding?.hasRecipe != false, hasDescription || !problems.contains(where: \.isOfRecipe)
    else {
      Output.error(
        "lathe: the recipe of \(Words.shown(cache)) was lost; run lathe prepare with --recipe, and "
          + "--manifest where it had one")
      throw ExitCode(Exit.failed)
    }
    guard !problems.contains(where: \.isOfChoices) else {
      Output.error(
        "lathe: what was chosen for \(Words.shown(cache)) was lost; run lathe prepare with the "
          + "--manifest and --exclude that it had, if any")
      throw ExitCode(Exit.failed)
    }
  }

  private static let mostLines = 20

  private func show(_ lines: [String]) {
    for line in lines.prefix(Self.mostLines) { Output.line(Words.shown(line)) }
    let more = lines.count - Self.mostLines
    if more > 0 { Output.line("and \(Words.count(more)) more") }
  }

  /// Takes out what does not go together, of a cache or of a shard.
  ///
  /// - Returns: what was found, and whether the cache still says what it is made from.
  private func takeOut(
    _ shard: Shard?, at path: String
  ) throws -> (problems: [CacheProblem], hasDescription: Bool) {
    let cache = try Cache.open(at: path, for: .writing, shard: shard)
    let problems = try cache.verify()
    show(problems.map(\.description))
    let removed = try cache.repair(problems)
    let left = try cache.verify()
    guard left.isEmpty else {
      Output.error(
        "lathe: \(Words.counted(left.count, "problem")) left in \(Words.shown(cache.path)); prepare "
          + "it in a new folder")
      throw ExitCode(Exit.failed)
    }
    if let shard {
      Output.line(
        "shard \(shard): \(Words.tracks(try cache.trackCount())) whole, "
          + "\(Words.count(removed.count)) taken out")
      return (problems, true)
    }
    // The card is a file of its own, and knows what there was.
    let known = (try? cache.card())?.splits.keys.sorted() ?? []
    let names = Set(try cache.splitNames())
    for split in known where !names.contains(split) {
      Output.line("lost: the split \(Words.shown(split)); lathe split makes it again")
    }
    Output.line(
      "\(Words.tracks(try cache.trackCount())) whole, \(Words.count(removed.count)) taken out"
        + (audioFolders.isEmpty ? "; lathe prepare makes what is missing" : ""))
    if try cache.mendCard() { Output.line("card.json was written anew") }
    return (problems, try cache.description() != nil)
  }
}
