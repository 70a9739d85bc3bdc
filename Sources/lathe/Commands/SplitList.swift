import ArgumentParser
import Corpus
import DatasetCache
import Preparation
import Wording

/// The splits that a cache has.
enum SplitList {
  /// A split in a few words; no sides where its record is damaged.
  private struct Row: Encodable {
    var name: String
    var policy: String?
    var sides: [String: Int]?
  }

  /// Prints the splits, one a line, or as JSON.
  static func show(_ cache: Cache, asJSON: Bool) throws {
    let audits = Dictionary(
      try cache.audits().map { ($0.split, $0) }, uniquingKeysWith: { first, _ in first })
    let names = try cache.splitNames()
    if asJSON {
      let rows = names.map { name in
        Row(
          name: name, policy: audits[name]?.policy.rawValue,
          sides: audits[name].map { audit in
            Dictionary(
              audit.sides.map { ($0.name, $0.tracks) }, uniquingKeysWith: { first, _ in first })
          })
      }
      return try Output.json(rows, pretty: true)
    }
    if names.isEmpty {
      let command = Words.command(["lathe", "split", cache.path])
      return Output.error("no split; make one with: \(command)")
    }
    for name in names {
      guard let audit = audits[name] else {
        Output.line("\(name): cannot be read; make it again, or --remove it")
        continue
      }
      let sides = audit.sides.map { "\($0.name) \(Words.count($0.tracks))" }
      Output.line("\(name) (\(audit.policy.rawValue)): \(sides.joined(separator: ", "))")
    }
  }

  /// Takes a split out of a cache.
  static func remove(_ name: String, from cache: Cache) throws {
    guard try cache.removeSplit(name: name) else {
      let names = try cache.splitNames()
      let near = NearNames.near(name, in: names)
      let hint =
        names.isEmpty
        ? "it has none."
        : near.isEmpty ? "it has \(Words.list(names))." : "did you mean \(Words.list(near))?"
      throw ValidationError(
        "--remove \(Words.shown(name)): \(Words.shown(cache.path)) has no such split; \(hint)")
    }
    try cache.writeIndex()
    try cache.renewCard()
    Output.line("\(name): removed")
  }
}
