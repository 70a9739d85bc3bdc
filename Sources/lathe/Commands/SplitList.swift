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
    /// Whether it is meant where none is named.
    var isDefault: Bool

    enum CodingKeys: String, CodingKey {
      case name, policy, sides
      case isDefault = "default"
    }
  }

  /// Prints the splits, one a line, or as JSON.
  static func show(_ cache: Cache, asJSON: Bool) throws {
    let audits = Dictionary(
      try cache.audits().map { ($0.split, $0) }, uniquingKeysWith: { first, _ in first })
    let names = try cache.splitNames()
    let standard = try cache.defaultSplit()
    if asJSON {
      let rows = names.map { name in
        Row(
          name: name, policy: audits[name]?.policy.rawValue,
          sides: audits[name].map { audit in
            Dictionary(
              audit.sides.map { ($0.name, $0.tracks) }, uniquingKeysWith: { first, _ in first })
          }, isDefault: name == standard)
      }
      return try Output.json(rows, pretty: true)
    }
    if names.isEmpty {
      let command = Words.command(["lathe", "split", cache.path])
      return Output.error("no split; make one with: \(command)")
    }
    for name in names {
      let shown = name == standard ? "* \(name)" : name
      guard let audit = audits[name] else {
        Output.line("\(shown): cannot be read; make it again, or --remove it")
        continue
      }
      let sides = audit.sides.map { "\($0.name) \(Words.count($0.tracks))" }
      Output.line("\(shown) (\(audit.policy.rawValue)): \(sides.joined(separator: ", "))")
    }
  }

  /// Takes a split out of a cache.
  ///
  /// - Parameter path: what the user calls the cache.
  /// - Returns: what there is to say of it.
  static func remove(_ name: String, from cache: Cache, path: String) throws -> [String] {
    let wasDefault = try cache.defaultSplit() == name
    guard try cache.removeSplit(name: name) else {
      throw unknown(name, option: "--remove", in: cache, path)
    }
    try cache.writeIndex()
    try cache.renewCard()
    let left = try cache.splitNames()
    guard wasDefault, let first = left.first else { return ["\(name): removed"] }
    let command = ["lathe", "split", path, "--default", first]
    let standard = try cache.defaultSplit()
    return [
      "\(name): removed",
      standard.map { "\($0) is the default now: it is the only one" }
        ?? "it was the default, and none is now; choose one with: \(Words.command(command))",
    ]
  }

  /// Makes a split the one that is meant where none is named.
  ///
  /// - Parameter path: what the user calls the cache.
  /// - Returns: what there is to say of it.
  static func choose(_ name: String, in cache: Cache, path: String) throws -> [String] {
    guard try cache.splitNames().contains(name) else {
      throw unknown(name, option: "--default", in: cache, path)
    }
    try cache.putDefaultSplit(name)
    try cache.renewCard()
    return ["\(name): the default"]
  }

  private static func unknown(_ name: String, option: String, in cache: Cache, _ path: String)
    -> any Error
  {
    let names = (try? cache.splitNames()) ?? []
    let near = NearNames.near(name, in: names)
    let hint =
      names.isEmpty
      ? "it has none."
      : near.isEmpty ? "it has \(Words.list(names))." : "did you mean \(Words.list(near))?"
    return ValidationError(
      "\(option) \(Words.shown(name)): \(Words.shown(path)) has no such split; \(hint)")
  }
}
