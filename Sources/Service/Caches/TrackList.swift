import Corpus
import DatasetCache
import Foundation
import Glibc
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
  /// What a search looks in, in small letters: a text a track, each behind a zero byte.
  private let texts: [UInt8]
  /// Where the text of each track ends.
  private let textEnds: [Int]
  /// The verdicts and the kinds of fault of each.
  private let verdicts: [Set<String>]

  /// - Parameter threads: how many read the records.
  init(_ open: OpenCache, threads: Int) throws {
    self.init(
      try open.cache.trackRecords(threads: threads),
      limits: try open.cache.description().map(OpenCache.limits) ?? VerdictLimits())
  }

  /// A list of these tracks.
  /// - Parameter records: in the byte order of their ids.
  init(_ records: [TrackRecord], limits: VerdictLimits) {
    (self.records, self.limits) = (records, limits)
    verdicts = records.map { record in
      Set(OpenCache.verdicts(record, limits) + (record.faults ?? []).map(\.kind.rawValue))
    }
    var texts: [UInt8] = []
    var ends: [Int] = []
    ends.reserveCapacity(records.count)
    for record in records {
      for part in [record.id, record.path, record.artist ?? "", record.title ?? "", record.label] {
        texts.append(0)
        texts += Self.searched(part).utf8
      }
      ends.append(texts.count)
    }
    self.texts = texts
    textEnds = ends
  }

  /// A text as it is searched: in small letters, and an accent one scalar with its letter.
  private static func searched(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 }
      ? text.lowercased() : text.lowercased().precomposedStringWithCanonicalMapping
  }

  /// Which tracks hold a text.
  private func tracks(holding text: String) -> Set<Int> {
    let wanted = Array(Self.searched(text).utf8)
    var found: Set<Int> = []
    var track = 0
    var offset = 0
    while let next = texts.offset(of: wanted, from: offset) {
      while textEnds[track] <= next { track += 1 }
      found.insert(track)
      offset = textEnds[track]
    }
    return found
  }

  /// The positions of the tracks that a filter lets through.
  /// - Parameter split: the split whose side the filter names.
  func positions(_ filter: Filter, split: Split?) -> [Int] {
    let holding = filter.text.map(tracks(holding:))
    return records.indices.filter { position in
      let record = records[position]
      if let label = filter.label, !record.labelNames.contains(label) { return false }
      if let verdict = filter.verdict, !verdicts[position].contains(verdict) { return false }
      if let side = filter.side, split?.assignment[record.id] != side { return false }
      if let holding, !holding.contains(position) { return false }
      return true
    }
  }

  /// Where a track stands; nil where it does not.
  func position(of id: String) -> Int? {
    let index = insertionIndex(of: id)
    return index < records.count && records[index].id == id ? index : nil
  }

  /// Where a track stands, or the first one behind where it would.
  func insertionIndex(of id: String) -> Int {
    var (first, last) = (0, records.count)
    while first < last {
      let middle = (first + last) / 2
      if ByteOrder.precedes(records[middle].id, id) { first = middle + 1 } else { last = middle }
    }
    return first
  }

  /// What a list says of a track.
  func json(_ position: Int) -> JSONValue { OpenCache.json(records[position], limits) }
}

extension [UInt8] {
  /// Where some bytes stand first, from an offset on; nil where they do not.
  fileprivate func offset(of wanted: [UInt8], from start: Int) -> Int? {
    guard let first = wanted.first else { return nil }
    return withUnsafeBytes { all in
      guard let base = all.baseAddress else { return nil }
      var offset = start
      while offset + wanted.count <= all.count {
        guard let next = memchr(base + offset, Int32(first), all.count - wanted.count + 1 - offset)
        else { return nil }
        if memcmp(next, wanted, wanted.count) == 0 {
          return base.distance(to: UnsafeRawPointer(next))
        }
        offset = base.distance(to: UnsafeRawPointer(next)) + 1
      }
      return nil
    }
  }
}
