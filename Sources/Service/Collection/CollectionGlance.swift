import Corpus
import DatasetCache
import OpenCaches

/// What a collection is, in figures.
enum CollectionGlance {
  /// How many classes of length are counted.
  private static let bins = 12

  /// The figures as JSON.
  /// - Throws: `CacheError`, `InterfaceError`.
  static func json(_ served: ServedCache) throws -> [UInt8] {
    let list = try served.tracks()
    var split: Split?
    if let name = try served.cache.defaultSplit() { split = try served.split(named: name) }
    var labels: [String: [String: Int]] = [:]
    var verdicts: [String: Int] = [:]
    var seconds: [Double] = []
    var flagged = 0
    for record in list.records {
      let side = split?.assignment[record.id] ?? ""
      for label in record.labelNames.isEmpty ? [""] : record.labelNames {
        labels[label, default: [:]][side, default: 0] += 1
      }
      let words = Set(
        OpenCache.verdicts(record, list.limits) + (record.faults ?? []).map(\.kind.rawValue))
      for word in words { verdicts[word, default: 0] += 1 }
      if !words.isEmpty { flagged += 1 }
      seconds.append(Double(record.frames) / Double(max(1, record.sampleRate)))
    }
    return JSONValue.object([
      "labels": .array(
        labels.sorted { ByteOrder.precedes($0.key, $1.key) }.map { label, sides in
          .object([
            "name": .text(label), "tracks": .count(sides.values.reduce(0, +)),
            "sides": .object(sides.filter { !$0.key.isEmpty }.mapValues(JSONValue.count)),
          ])
        }),
      "verdicts": .array(
        verdicts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { verdict, tracks in
          .object(["name": .text(verdict), "tracks": .count(tracks)])
        }),
      "flagged": .count(flagged), "seconds": .number(seconds.reduce(0, +)),
      "durations": .array(durations(seconds)),
    ]).canonicalBytes()
  }

  /// How many tracks are how long, in equal steps from the shortest to the longest.
  private static func durations(_ seconds: [Double]) -> [JSONValue] {
    guard let shortest = seconds.min(), let longest = seconds.max() else { return [] }
    let width = max((longest - shortest) / Double(bins), 0.001)
    var counts = [Int](repeating: 0, count: bins)
    for length in seconds { counts[min(bins - 1, Int((length - shortest) / width))] += 1 }
    return counts.enumerated().map { bin, tracks in
      .object([
        "from": .number(shortest + Double(bin) * width),
        "to": .number(shortest + Double(bin + 1) * width), "tracks": .count(tracks),
      ])
    }
  }
}
