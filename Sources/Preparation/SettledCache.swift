internal import Corpus
internal import DatasetCache

/// A cache after a run, each part of it worked out once: what card and summary are written from.
struct SettledCache {
  let records: SoundRecords
  let neighbours: Neighbours
  /// The audits of the splits that can be read, in the order of their names.
  let audits: [SplitAudit]
  let splitNames: [String]
  let census: CacheSummary
  /// Why splits hold no track, a line each.
  let misfits: [String]

  /// - Parameters:
  ///   - records: those of the cache as they are now.
  ///   - misfits: why splits were left empty.
  init(
    of cache: Cache, records: SoundRecords, misfits: [String] = []
  ) throws(PreparationError) {
    self.records = records
    self.misfits = misfits
    neighbours = try cache.neighbours(among: records.tracks)
    let (splits, damaged) = try cache.storedSplits()
    splitNames = (splits.map(\.plan.name) + damaged).sorted(by: ByteOrder.precedes)
    audits = try cache.audits(
      of: splits, tracks: records.tracks.map(SplitTrack.init), links: neighbours.links)
    census = try onCache { () throws(CacheError) in try cache.summary(of: records.tracks) }
  }

  /// A shard by itself: what sounds the same and the splits are made when it is merged.
  init(ofShard cache: Cache, records: SoundRecords) throws(PreparationError) {
    self.records = records
    neighbours = Neighbours(pairs: [])
    audits = []
    splitNames = []
    misfits = []
    census = try onCache { () throws(CacheError) in try cache.summary(of: records.tracks) }
  }

  /// For each split the labels that a side was to have and lacks, by the side; empty sides and
  /// splits left out.
  var absentLabels: [String: [String: [String]]] {
    Dictionary(
      audits.filter { !$0.balance.absentLabels.isEmpty }.map { audit in
        let sides = audit.balance.absentLabels.map { ($0.side, $0.labels) }
        return (audit.split, Dictionary(sides, uniquingKeysWith: { first, _ in first }))
      }, uniquingKeysWith: { first, _ in first })
  }
}
