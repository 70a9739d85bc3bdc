public import Corpus
public import DatasetCache

extension Cache {
  /// The tracks of the cache as splits and audits see them.
  ///
  /// - Throws: `PreparationError` where a record is damaged.
  public func splitTracks() throws(PreparationError) -> [SplitTrack] {
    try onCache { () throws(CacheError) in try trackRecords() }.map(SplitTrack.init)
  }

  /// The kinds of fault that are known of the tracks, by track id; tracks without any left out.
  ///
  /// - Throws: `PreparationError` where a record is damaged.
  public func faultKinds() throws(PreparationError) -> [String: [String]] {
    try onCache { () throws(CacheError) in
      try trackRecords().reduce(into: [:]) { kinds, record in
        kinds[record.id] = record.faults?.map(\.kind.rawValue)
      }
    }
  }

  /// What leaks between the sides of a stored split; nil where there is none of that name.
  ///
  /// - Parameters:
  ///   - name: the split.
  ///   - neighbours: pairs of tracks known to be nearly the same, besides those that were found
  ///     (``neighbours()``).
  ///   - faults: the kinds of fault that are known of a track, by its id.
  /// - Throws: `PreparationError` where the split or a record is damaged.
  public func audit(
    split name: String, neighbours: [(String, String)] = [], faults: [String: [String]] = [:]
  ) throws(PreparationError) -> SplitAudit? {
    guard let split = try stored(name) else { return nil }
    return try audits(of: [split], neighbours: neighbours, faults: faults).first
  }

  /// What leaks between the sides of a split of these tracks, stored or not.
  ///
  /// - Throws: `PreparationError` where a record is damaged.
  public func audit(_ split: Split) throws(PreparationError) -> SplitAudit {
    try audit(split, records: try onCache { () throws(CacheError) in try trackRecords() })
  }

  /// The same, the cache's records having been read already.
  public func audit(
    _ split: Split, records: [TrackRecord]
  ) throws(PreparationError) -> SplitAudit {
    let links = try neighbours(among: records).links
    let slices = try sliceCounts()
    return audit(
      split, tracks: records.map(SplitTrack.init), links: links, faults: [:], slices: slices)
  }

  private func audit(
    _ split: Split, tracks: [SplitTrack], links: [(String, String)], faults: [String: [String]],
    slices: [String: Int]
  ) -> SplitAudit {
    SplitAudit(
      split, tracks: tracks, neighbours: links, faults: faults, slices: { slices[$0] ?? 1 })
  }

  /// The audits of all stored splits, in the order of their names; see
  /// ``audit(split:neighbours:faults:)``.
  ///
  /// - Throws: `PreparationError` where a split or a record is damaged.
  public func audits(
    neighbours: [(String, String)] = [], faults: [String: [String]] = [:]
  ) throws(PreparationError) -> [SplitAudit] {
    try audits(of: try storedSplits().splits, neighbours: neighbours, faults: faults)
  }

  private func audits(
    of splits: [Split], neighbours: [(String, String)], faults: [String: [String]]
  ) throws(PreparationError) -> [SplitAudit] {
    if splits.isEmpty { return [] }
    let records = try onCache { () throws(CacheError) in try trackRecords() }
    return try audits(
      of: splits, tracks: records.map(SplitTrack.init),
      links: neighbours + (try self.neighbours(among: records).links), faults: faults)
  }

  /// The audits of splits over these tracks, with all pairs of tracks that are nearly the same.
  func audits(
    of splits: [Split], tracks: [SplitTrack], links: [(String, String)],
    faults: [String: [String]] = [:]
  ) throws(PreparationError) -> [SplitAudit] {
    if splits.isEmpty { return [] }
    let slices = try sliceCounts()
    return splits.map {
      audit($0, tracks: tracks, links: links, faults: faults, slices: slices)
    }
  }

  /// How many slices each track has in the view that a slice-wise split is about: the first view,
  /// in the order of the names, that has slices as samples.
  private func sliceCounts() throws(PreparationError) -> [String: Int] {
    try onCache { () throws(CacheError) in
      for view in try sampleViews() {
        let slices = try self.slices(of: view)
        if !slices.isEmpty { return slices.mapValues(\.count) }
      }
      return [:]
    }
  }
}
