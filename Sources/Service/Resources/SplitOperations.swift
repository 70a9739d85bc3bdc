import Corpus
import DatasetCache
import Hummingbird
import OpenCaches
import Preparation

extension ServiceOperations {
  static let splits: [Operation] = [
    Operation(
      id: "splits", path: "/v1/caches/{cache}/splits",
      summary: "The splits of a cache with the tracks of each side.",
      answers: [.json("SplitList")]
    ) { try await CacheAnswer.splits.answer(to: $0) },
    Operation(
      id: "split", path: "/v1/caches/{cache}/splits/{split}",
      summary: "How a split was made, and its fingerprint.", answers: [.json("Split")]
    ) { call in
      let cache = try await call.service.work { try call.cache() }
      let name = try call.required("split")
      return try await call.kept(["split", cache.name, name], in: cache.stamp.text) {
        try cache.open.description(ofSplit: name).canonicalBytes()
      }
    },
    Operation(
      id: "audit", path: "/v1/caches/{cache}/splits/{split}/audit",
      summary: "What leaks between the sides of a split.",
      parameters: [
        .init(
          "names", .integer(0...1 << 40),
          "how many names of each kind to give at most, of each two sides; all where left out"),
        .init(
          "labels", .flag, "whether the counts of single labels are given; true where left out"),
      ],
      answers: [.json("Audit")]
    ) { call in
      let cache = try await call.service.work { try call.cache() }
      let name = try call.required("split")
      let names = call.integer("names")
      let hasLabels = call["labels"] != "false"
      let subject = ["audit", cache.name, name, "\(names ?? -1)", "\(hasLabels)"]
      return try await call.kept(subject, in: cache.stamp.text) {
        guard let audit = try cache.audit(split: name) else {
          throw Problem.missing("\(cache.name) has no split '\(name)'")
        }
        return try CanonicalJSON.encode(shortened(audit, names: names, hasLabels: hasLabels))
      }
    },
  ]

  /// An audit without more names than are asked for, or without the counts of single labels.
  static func shortened(_ audit: SplitAudit, names: Int?, hasLabels: Bool) -> SplitAudit {
    var audit = audit
    for pair in audit.pairs.indices {
      audit.pairs[pair].shared = audit.pairs[pair].shared.mapValues { overlap in
        var overlap = overlap
        overlap.names = Array(overlap.names.prefix(names ?? .max))
        return overlap
      }
    }
    if !hasLabels {
      audit.balance.labels = []
      for side in audit.sides.indices { audit.sides[side].labels = [:] }
    }
    return audit
  }

  /// The splits of a cache, as JSON.
  static func splitList(_ cache: ServedCache) throws -> [UInt8] {
    var list: [JSONValue] = []
    for name in try cache.cache.splitNames() {
      guard let split = try cache.split(named: name) else { continue }
      var counts: [String: Int] = [:]
      for side in split.assignment.values { counts[side, default: 0] += 1 }
      list.append(
        .object([
          "name": .text(name), "policy": .text(split.plan.policy.rawValue),
          "sides": .array(
            split.sides.map { side in
              .object(["name": .text(side), "tracks": .count(counts[side] ?? 0)])
            }),
        ]))
    }
    return JSONValue.object([
      "splits": .array(list), "default": .text(try cache.cache.defaultSplit()),
    ]).canonicalBytes()
  }
}
