internal import Corpus
public import DatasetCache

extension Cache {
  /// How many tracks of the collection are neither here with every view of the recipe nor in
  /// quarantine nor dropped:
  /// 0 once a preparation has ended.
  ///
  /// - Throws: `PreparationError` where the cache cannot be read.
  public func pendingTracks() throws(PreparationError) -> Int {
    try onCache { () throws(CacheError) in
      guard let description = try description() else { return 0 }
      let complete = try completeTracks()
      // A file that could not even become a track is in quarantine without a label.
      let refused = try quarantined().count { !$0.label.isEmpty || $0.facts != nil }
      // Tracks that are dropped for what a manifest knows do not count as tracks at all.
      let dropped = try dropped().count { !$0.reason.isKnownBefore }
      return max(0, description.manifest.tracks - complete - refused - dropped)
    }
  }
}
