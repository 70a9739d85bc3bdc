public import Corpus
import Files
import LMDBStore

/// Statistics in the database `statistics`, JSON, with the identity of the samples that they are
/// of.
struct KeptStatistics: Codable {
  var identity: String
  var statistics: SampleStatistics
  /// SHA-256 of the canonical JSON of ``statistics``: a wrong mean would change every batch unseen.
  var sha256: String

  init(identity: String, statistics: SampleStatistics) throws(CacheError) {
    self.identity = identity
    self.statistics = statistics
    sha256 = try Fingerprint(hashing: RecordJSON.encode(statistics)).hex
  }

  /// Whether they are what was kept.
  var isWhole: Bool {
    let hash = try? Fingerprint(hashing: RecordJSON.encode(statistics)).hex
    return hash == sha256
  }

  /// What the keys of a split begin with; its statistics go when it changes.
  static func prefix(split: String) -> String { "\(split)/" }

  /// split/side/view/axis; split and side are empty for all tracks.
  static func key(
    view: View, side: (split: String, side: String)?, axis: SampleStatistics.Axis
  ) throws(CacheError) -> String {
    let rest = "\(side?.side ?? "")/\(view.rawValue)/\(axis.rawValue)"
    return try Layout.key(path: prefix(split: side?.split ?? "") + rest)
  }
}

extension CacheSamples {
  /// Statistics that were kept for these very samples, or nil.
  public func keptStatistics(_ axis: SampleStatistics.Axis) -> SampleStatistics? {
    // Whatever is wrong with what was kept, it can be computed again.
    guard let key = try? KeptStatistics.key(view: view, side: side, axis: axis),
      let json = try? cache.bytes(for: key, in: Layout.statistics),
      let kept = try? RecordJSON.decode(KeptStatistics.self, from: json, subject: key),
      kept.identity == identity, kept.isWhole
    else { return nil }
    return kept.statistics
  }

  /// Keeps statistics in the cache, under the split that they came from, until its tracks or that
  /// split change.
  ///
  /// A cache that is open for ``Cache/Access/loading`` is written to for a moment where its files
  /// allow it and nobody else is writing; one that is open for reading only forgets them.
  public func keep(_ statistics: SampleStatistics) {
    // Kept to save time, so that what cannot be kept is no error.
    try? cache.keep(
      try KeptStatistics(identity: identity, statistics: statistics), view: view, side: side)
  }
}

extension Cache {
  fileprivate func keep(
    _ kept: KeptStatistics, view: View, side: (split: String, side: String)?
  ) throws(CacheError) {
    let key = try KeptStatistics.key(view: view, side: side, axis: kept.statistics.axis)
    let json = try RecordJSON.encode(kept)
    guard access == .loading else { return try put(json, for: key, in: Layout.statistics) }
    guard environment.allowsBriefWrites else { return }
    let lock = try ExclusiveLock(path: "\(path)/\(store.lock)", cache: path)
    try inStore { () throws(StoreError) in
      try environment.writeBriefly { transaction throws(StoreError) in
        try transaction.writeRecords { records throws(StoreError) in
          try records.put(json, for: key, in: Layout.statistics)
        }
      }
    }
    withExtendedLifetime(lock) {}
  }
}
