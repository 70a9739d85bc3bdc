import LMDBStore
import Safetensors

extension Cache {
  /// Writes what is missing of the index and of the blocks' checksums, with which
  /// ``samples(view:split:side:verification:)`` opens at once however many tracks there are. Call
  /// it when tracks and splits are as they are to stay; where it is not called, samples open more
  /// slowly and are the same.
  ///
  /// - Throws: `CacheError` `.damaged` or `.invalidRecord` where a track's record cannot be read,
  ///   `.readOnly`, `.noSpace`.
  /// - Complexity: O(tracks), some microseconds each; O(1) where nothing is missing. In a cache
  ///   written before there were checksums of blocks, the values are read once.
  public func writeIndex() throws(CacheError) {
    try writeMissingIndex()
    try writeMissingBlocks()
  }

  private func writeMissingIndex() throws(CacheError) {
    // A write that comes between is not overwritten by what was true before it. If that happens
    // again and again there is no index, which does no harm.
    for _ in 0..<3 {
      let (number, values) = try missingIndex()
      if values.isEmpty { return }
      let isWritten = try write { transaction throws(StoreError) in
        guard transaction.number == number + 1 else {
          transaction.cancel()
          return false
        }
        for (key, value) in values {
          try transaction.putReserving(byteCount: value.byteCount, for: key, in: Layout.index) {
            span in
            value.fill(&span)
          }
        }
        return true
      }
      if isWritten { return }
    }
  }

  /// The values that the index lacks, made from a state, and the state's number.
  private func missingIndex() throws(CacheError) -> (
    number: Int, values: [(key: String, value: SafetensorsWriter)]
  ) {
    let facts = try viewFacts().filter { $0.value.hasSamples }
    let fingerprints = try fingerprints().filter { facts[$0.key] != nil }
    let state = try state(
      [Layout.meta, Layout.tracks, Layout.splits, Layout.index]
        + fingerprints.keys.map(Layout.slices))
    var values: [(key: String, value: SafetensorsWriter)] = []

    /// A stored value that is as it was written.
    func stored(_ key: String) throws(CacheError) -> IndexValue? {
      do throws(CacheError) { return try state.indexValue(key) } catch {
        guard error.isOfDamage else { throw error }
        return nil
      }
    }

    var columns = try stored(SampleIndex.tracks).map(TrackColumns.init)
    var missing: [View: Fingerprint] = [:]
    for (view, fingerprint) in fingerprints {
      let value = try stored(SampleIndex.slices(view))
      if value?.header.metadata["fingerprint"] != fingerprint.hex { missing[view] = fingerprint }
    }
    if columns == nil || !missing.isEmpty {
      let builder = try SampleIndexBuilder(state: state, fingerprints: missing)
      let tracks: TrackColumns
      if let columns {
        tracks = columns
      } else {
        let made = try builder.tracks()
        values.append((SampleIndex.tracks, made))
        tracks = try TrackColumns(try IndexValue(made))
      }
      columns = tracks
      for (view, fingerprint) in missing.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        guard let facts = facts[view] else { continue }
        let made = try builder.slices(
          of: view, fingerprint: fingerprint, facts: facts, tracks: tracks)
        values.append((SampleIndex.slices(view), made))
      }
    }
    for name in try splitNames() {
      let key = SampleIndex.split(name)
      guard let columns, key.utf8.count <= 511, try stored(key) == nil else { continue }
      do throws(CacheError) {
        if let made = try SampleIndexBuilder.split(name, state, columns) {
          values.append((key, made))
        }
      } catch {
        // A split that cannot be read has no index; only those who ask for it get the error.
        guard error.isOfDamage else { throw error }
      }
    }
    return (state.home.snapshot.number, values)
  }
}

extension RecordTransaction {
  /// Takes away what was made from the tracks, which change in this transaction.
  mutating func forgetDerived() throws(StoreError) {
    for name in [Layout.index, Layout.statistics] { try removeAll(in: name) }
  }

  /// Takes away what was made from a split, which changes in this transaction.
  mutating func forgetDerived(fromSplit name: String) throws(StoreError) {
    let key = SampleIndex.split(name)
    if key.utf8.count <= 511 { try delete(key, in: Layout.index) }
    let prefix = KeptStatistics.prefix(split: name)
    for key in try keys(of: Layout.statistics) where key.hasPrefix(prefix) {
      try delete(key, in: Layout.statistics)
    }
  }
}
