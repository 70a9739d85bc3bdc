public import Corpus
public import DatasetCache
internal import SignalKit

extension Cache {
  /// The tracks that sound the same, by their acoustic fingerprints, and the files with the same
  /// bytes.
  ///
  /// What was found is kept in the cache with the state of the tracks that it was found among, and
  /// used for as long as that is their state. Tracks that an earlier version prepared have no
  /// fingerprint: they are compared by their bytes only, until they are prepared again.
  ///
  /// - Throws: `PreparationError` where a record or a fingerprint is damaged.
  /// - Complexity: O(1) a track where nothing has changed; else that of `NeighbourSearch`.
  public func neighbours() throws(PreparationError) -> Neighbours {
    try neighbours(among: try onCache { () throws(CacheError) in try trackRecords() })
  }

  /// The same, the cache's records having been read already.
  func neighbours(among records: [TrackRecord]) throws(PreparationError) -> Neighbours {
    try onCache { () throws(CacheError) in
      if let kept = try keptNeighbours(among: records) { return kept }
      let found = try findNeighbours(records)
      if access != .reading { try keep(found, among: records) }
      return found
    }
  }

  /// How many tracks have no acoustic fingerprint, as those that an earlier version prepared.
  ///
  /// - Throws: `PreparationError` where a record is damaged.
  public func tracksWithoutFingerprint() throws(PreparationError) -> Int {
    try onCache { () throws(CacheError) in try trackRecords() }
      .count { $0.views[.acoustic] == nil }
  }

  private func findNeighbours(_ records: [TrackRecord]) throws(CacheError) -> Neighbours {
    // Under the one fingerprint that the cache names: those of two rates cannot be compared.
    var prints = [AcousticFingerprint?](repeating: nil, count: records.count)
    let view = try fingerprints()[.acoustic]
    if let view {
      let positions = records.indices.filter { records[$0].views[.acoustic] == view }
      var failure: CacheError?
      try withValues(
        of: .acoustic, fingerprint: view, tracks: positions.map { records[$0].id }
      ) { index, value in
        do throws(CacheError) {
          prints[positions[index]] = try AcousticTensors.fingerprint(in: value)
        } catch {
          failure = failure ?? error
        }
      }
      if let failure { throw failure }
    }
    let rate = records.first { $0.views[.acoustic] == view }?.sampleRate ?? 22_050
    let hop = AcousticFingerprinter.hop(sampleRate: Double(rate))
    let search = NeighbourSearch(secondsPerWord: Double(hop) / Double(rate))
    return search.run(
      zip(records, prints).map { record, print in
        NeighbourSearch.Track(
          id: record.id, checksums: [record.md5, record.xxh3].compactMap(\.self),
          seconds: Double(record.frames) / Double(record.sampleRate), words: print?.words ?? [],
          reliable: print?.reliable ?? [])
      })
  }
}
