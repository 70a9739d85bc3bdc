import ArgumentParser
import DatasetCache
import Wording

struct Compact: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give back the space that a cache no longer uses.",
    discussion: """
      What views and tracks leave that are gone stays free within the file, for what comes later. This writes \
      the file anew without it, beside the old one, and then in its place; of a divided cache one shard \
      after the other. The content and its digest stay what they are. Who reads the cache meanwhile goes on.

      Examples:
        lathe compact gtzan.lathe
        lathe compact gtzan.lathe --json
      """)

  @Argument(help: "The cache.", completion: .directory)
  var cache: String

  @Flag(help: "Print the bytes before and after as JSON.")
  var json = false

  func run() throws {
    let (before, after) = try Cache.compact(at: cache)
    if json { return try Output.json(["before": before, "after": after]) }
    Output.line(
      "\(Words.shown(cache)): \(Words.bytes(before)) before, \(Words.bytes(after)) now, "
        + "\(Words.bytes(max(0, before - after))) given back")
  }
}
