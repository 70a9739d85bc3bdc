public import Corpus
public import DatasetCache

extension Cache {
  /// The tracks of the cache as splits and audits see them.
  ///
  /// - Throws: `PreparationError` where a record is damaged.
  public func splitTracks() throws(PreparationError) -> [SplitTrack] {
    try onCache { () throws(CacheError) in try trackRecords() }.map {
      SplitTrack(
        id: $0.id, label: $0.label, group: $0.group, artist: $0.artist, title: $0.title)
    }
  }

  /// What leaks between the sides of a stored split; nil where there is none of that name.
  ///
  /// - Parameters:
  ///   - name: the split.
  ///   - neighbours: pairs of tracks found to be nearly the same.
  ///   - faults: the kinds of fault that are known of a track, by its id.
  /// - Throws: `PreparationError` where the split or a record is damaged.
  public func audit(
    split name: String, neighbours: [(String, String)] = [], faults: [String: [String]] = [:]
  ) throws(PreparationError) -> SplitAudit? {
    guard let split = try stored(name) else { return nil }
    return try audits(of: [split], neighbours: neighbours, faults: faults).first
  }

  /// The audits of all stored splits, in the order of their names.
  ///
  /// - Throws: `PreparationError` where a split or a record is damaged.
  public func audits(
    neighbours: [(String, String)] = [], faults: [String: [String]] = [:]
  ) throws(PreparationError) -> [SplitAudit] {
    var splits: [Split] = []
    for name in try onCache({ () throws(CacheError) in try splitNames() }) {
      if let split = try stored(name) { splits.append(split) }
    }
    return try audits(of: splits, neighbours: neighbours, faults: faults)
  }

  private func audits(
    of splits: [Split], neighbours: [(String, String)], faults: [String: [String]]
  ) throws(PreparationError) -> [SplitAudit] {
    if splits.isEmpty { return [] }
    let tracks = try splitTracks()
    let slices = try sliceCounts()
    return splits.map { split in
      SplitAudit(
        split, tracks: tracks, neighbours: neighbours, faults: faults,
        slices: { slices[$0] ?? 1 })
    }
  }

  /// How many slices each track has in the view that a slice-wise split is about: the first of the
  /// views with slices that the cache has.
  private func sliceCounts() throws(PreparationError) -> [String: Int] {
    for view in [View.features, .mel, .waveform] {
      let slices = try onCache { () throws(CacheError) in try self.slices(of: view) }
      if !slices.isEmpty { return slices.mapValues(\.count) }
    }
    return [:]
  }
}
