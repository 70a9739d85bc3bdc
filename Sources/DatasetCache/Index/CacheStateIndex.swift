import Safetensors

/// The index of one state, stored or made.
extension CacheState {
  /// The index of the tracks, stored or made.
  func trackValue() throws(CacheError) -> IndexValue {
    if let value = try indexValue(SampleIndex.tracks) { return value }
    return try IndexValue(try TrackScan(self, fingerprints: [:]).value())
  }

  /// The index of a view's slices, stored for this fingerprint or made.
  func sliceValue(
    _ view: View, _ fingerprint: Fingerprint, _ facts: ViewFacts, _ tracks: TrackColumns
  ) throws(CacheError) -> IndexValue {
    if let value = try indexValue(SampleIndex.slices(view)),
      value.header.metadata["fingerprint"] == fingerprint.hex
    {
      return value
    }
    let builder = try SampleIndexBuilder(state: self, fingerprints: [view: fingerprint])
    return try IndexValue(
      try builder.slices(of: view, fingerprint: fingerprint, facts: facts, tracks: tracks))
  }

  /// A value of the index; nil where there is none.
  func indexValue(_ key: String) throws(CacheError) -> IndexValue? {
    guard let found = unsafe try value(of: key, in: Layout.index) else { return nil }
    return unsafe try IndexValue(found, key: key, of: home.snapshot)
  }
}
