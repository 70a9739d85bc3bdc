import Corpus
import DatasetCache
import Foundation
import Preparation

extension FuzzTarget {
  /// `card.json` of a cache, and the recipe in it.
  static let card = FuzzTarget(
    "card",
    seeds: {
      let fingerprint = try Fingerprint(hashing: Array("features".utf8))
      let features = View(like: "features")
      let card = Card(
        name: "four", manifest: ManifestReference(name: "four", sha256: "ab", tracks: 4),
        recipe: String(decoding: try CanonicalJSON.encode(Recipe.gtzan), as: UTF8.self),
        fingerprints: [features: fingerprint], profile: "librosa-0.8", tracks: 4,
        labels: ["pop": 2, "rock": 2], slices: [features: 8],
        splits: ["halves": ["train": 2, "test": 2]], defaultSplit: "halves", audits: [:],
        faults: [:], dropped: [], bytes: 1_000,
        quarantine: [
          QuarantineRecord(
            id: "x", path: "x.wav", label: "pop", code: "not-audio", message: "m", hint: "h")
        ], licence: "none", citations: ["a"], versions: ["lathe": "0.2.0"])
      return [Array(try JSONEncoder().encode(card))]
    },
    run: { input in
      let cache = try OpenCaches.cache
      _ = try Self.caches.write(input, "cache/card.json")
      guard let card = try read({ try cache.card() }) ?? nil else { return }
      _ = try read {
        try Recipe.decode(Array(card.recipe.utf8), keepingUnknownKinds: true)
      }
    })

  /// `plan.json` and `shard-00000.done.json` of a divided cache.
  static let shards = FuzzTarget(
    "shards",
    seeds: {
      let fingerprint = try Fingerprint(hashing: Array("features".utf8))
      let features = View(like: "features")
      let plan = ShardPlan(
        shards: 64, manifest: ManifestReference(name: "four", sha256: "ab", tracks: 4),
        recipe: "{}", fingerprints: [features: fingerprint], choices: "{}",
        versions: ["lathe": "0.2.0"])
      var seeds = [Array(try JSONEncoder().encode(plan))]
      if let shard = Shard(0, of: 64) {
        let record = ShardRecord(
          shard: shard, plan: try plan.hash, mark: "ab", digest: "cd", tracks: 4,
          slices: [features: 8], bytes: 1_000, quarantine: [], dropped: 0, seconds: 1.5,
          processorSeconds: 2, endedAt: "2026-01-02T03:04:05Z", host: "h", versions: [:])
        seeds.append(Array(try JSONEncoder().encode(record)))
      }
      return seeds
    },
    run: { input in
      _ = try caches.write(input, "plan.json")
      if let plan = try read({ try ShardPlan.read(at: try caches.path) }) ?? nil {
        _ = try plan.hash
        try Finding.expect(plan.allShards.count == plan.shards, "shards are missing")
      }
      guard let shard = Shard(0, of: 64) else { return }
      _ = try caches.write(input, "shard-00000.done.json")
      _ = try read { try ShardRecord.read(shard, at: try caches.path) }
    })

  fileprivate static let caches = Scratch { try makeFourTracks(at: "\($0)/cache") }
}

private enum OpenCaches {
  private static let opened = Result {
    try Cache.open(at: "\(try FuzzTarget.caches.path)/cache", for: .reading)
  }

  static var cache: Cache { get throws { try opened.get() } }
}
