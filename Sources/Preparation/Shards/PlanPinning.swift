internal import Corpus
internal import DatasetCache
internal import Foundation
internal import Glibc

/// What a shard has to do with the others: the plan that all keep to, and the record that it is
/// done.
extension Preparation {
  /// Refuses a plan where another one is pinned, with both values of what differs first.
  ///
  /// - Throws: ``PreparationError`` `.cache` with `.otherPlan`.
  func refuse(
    _ plan: ShardPlan, where pinned: ShardPlan, _ shard: Shard
  ) throws(PreparationError) {
    guard let difference = plan.difference(from: pinned) else { return }
    throw .cache(
      CacheError(
        kind: .otherPlan, operation: "prepare shard \(shard) of", subject: cachePath,
        detail: "its plan.json pins \(difference)",
        hint:
          "prepare all shards with the same arguments; to pin another plan, remove plan.json, or give "
          + "another folder where the number of shards is another"))
  }

  /// The plan of this preparation for a collection.
  func shardPlan(
    of collection: ManifestReference, shards: Int
  ) throws(PreparationError) -> ShardPlan {
    let fingerprints = try recipe.fingerprints()
    return try onCache { () throws(CacheError) in
      ShardPlan(
        shards: shards, manifest: collection,
        recipe: String(decoding: try canonicalJSON(recipe), as: UTF8.self),
        fingerprints: fingerprints,
        choices: String(
          decoding: try canonicalJSON(storedChoices(isEnded: false)), as: UTF8.self),
        versions: ["lathe": latheVersion])
    }
  }

  /// Says that a shard is not done any more.
  func reopen(_ shard: Shard) throws(PreparationError) {
    try onCache { () throws(CacheError) in try ShardRecord.remove(shard, at: cachePath) }
  }
}

extension ShardPlan {
  /// Says that a shard is done, unless that is said of it as it is.
  func end(
    _ shard: Shard, of cache: Cache, _ state: SettledCache, _ meter: RunMeter
  ) throws(PreparationError) {
    try onCache { () throws(CacheError) in
      let (mark, hash) = (try cache.mark(), try hash)
      if var known = try ShardRecord.read(shard, at: cache.path), known.mark == mark {
        if known.plan == hash { return }
        // Another plan of which the same came.
        known.plan = hash
        return try known.write(shard, at: cache.path)
      }
      let record = ShardRecord(
        shard: shard, plan: hash, mark: mark, digest: try cache.digest(),
        tracks: state.census.tracks, slices: state.census.views.mapValues(\.slices),
        bytes: state.census.bytes, quarantine: state.records.quarantined,
        dropped: state.records.dropped.count, seconds: meter.wallSeconds,
        processorSeconds: meter.cpuSeconds, endedAt: Date().ISO8601Format(),
        host: ProcessInfo.processInfo.hostName, versions: ["lathe": latheVersion])
      try record.write(shard, at: cache.path)
    }
  }

  /// The first thing in which a pinned plan differs, with both values; nil where they are the same.
  func difference(from pinned: ShardPlan) -> String? {
    func unlike(_ name: String, _ theirs: String, _ ours: String) -> String? {
      theirs == ours ? nil : "\(name) \(theirs), and this run has \(ours)"
    }
    let number = unlike("a number of shards of", "\(pinned.shards)", "\(shards)")
    if let number { return number }
    let version = unlike(
      "version", pinned.versions["lathe"] ?? "unknown", versions["lathe"] ?? "unknown")
    if let version { return version }
    if recipe != pinned.recipe {
      let fields = Recipe.differences(Array(pinned.recipe.utf8), Array(recipe.utf8))
      return fields.isEmpty ? "another recipe" : "a recipe with " + fields
    }
    if let view = fingerprints.keys.sorted().first(where: {
      fingerprints[$0] != pinned.fingerprints[$0]
    }) {
      return unlike(
        "the fingerprint of \(view.rawValue) as", pinned.fingerprints[view]?.hex ?? "none",
        fingerprints[view]?.hex ?? "none")
    }
    if manifest != pinned.manifest {
      return "a collection of \(counted(pinned.manifest.tracks)) "
        + "(\(pinned.manifest.name), SHA-256 \(pinned.manifest.sha256.prefix(12))), and this run has "
        + "\(counted(manifest.tracks)) (\(manifest.name), \(manifest.sha256.prefix(12)))"
    }
    return unlike("other choices:", pinned.choices, choices)
  }
}

extension Recipe {
  /// In which values two recipes differ, as `path old → new`, joined by commas; the first three.
  static func differences(_ old: [UInt8], _ new: [UInt8]) -> String {
    guard let old = try? JSONValue(json: old, named: "the recipe"),
      let new = try? JSONValue(json: new, named: "the recipe")
    else { return "" }
    var found: [String] = []
    compare(old, new, "", &found)
    return found.prefix(3).joined(separator: ", ") + (found.count > 3 ? " and others" : "")
  }

  private static func compare(
    _ old: JSONValue?, _ new: JSONValue?, _ path: String, _ found: inout [String]
  ) {
    if old == new { return }
    if case .object(let olds)? = old, case .object(let news)? = new {
      for key in Set(olds.keys).union(news.keys).sorted() {
        compare(olds[key], news[key], path.isEmpty ? key : "\(path).\(key)", &found)
      }
      return
    }
    func text(_ value: JSONValue?) -> String {
      value.map { String(decoding: $0.canonicalBytes(), as: UTF8.self) } ?? "none"
    }
    found.append("\(path) \(text(old)), and this run has \(text(new))")
  }
}
