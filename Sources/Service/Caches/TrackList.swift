import Corpus
import DatasetCache
import OpenCaches

/// The tracks of a cache in memory, for lists and searches.
struct TrackList: Sendable {
  /// What a list is narrowed to.
  struct Filter: Sendable, Hashable {
    var label: String?
    var side: String?
    var verdict: String?
    var text: String?
  }

  let records: [TrackRecord]
  let limits: VerdictLimits
  /// What a search looks in, in small letters.
  private let texts: [String]
  /// The verdicts and the kinds of fault of each.
  private let verdicts: [Set<String>]

  init(_ open: OpenCache) throws {
    records = try open.cache.trackRecords()
    let limits = try open.cache.description().map(OpenCache.limits) ?? VerdictLimits()
    self.limits = limits
    verdicts = records.map { record in
      Set(OpenCache.verdicts(record, limits) + (record.faults ?? []).map(\.kind.rawValue))
    }
    texts = records.map { record in
      [record.id, record.path, record.artist ?? "", record.title ?? "", record.label]
        .joined(separator: "\u{0}").lowercased()
    }
  }

  /// The positions of the tracks that a filter lets through.
  /// - Parameter split: the split whose side the filter names.
  func positions(_ filter: Filter, split: Split?) -> [Int] {
    let text = filter.text?.lowercased()
    return records.indices.filter { position in
      let record = records[position]
      if let label = filter.label, !record.labelNames.contains(label) { return false }
      if let verdict = filter.verdict, !verdicts[position].contains(verdict) { return false }
      if let side = filter.side, split?.assignment[record.id] != side { return false }
      if let text, !texts[position].contains(text) { return false }
      return true
    }
  }

  /// What a list says of a track.
  func json(_ position: Int) -> JSONValue { OpenCache.json(records[position], limits) }
}
