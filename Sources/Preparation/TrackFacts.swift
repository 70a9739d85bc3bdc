internal import Corpus
internal import DatasetCache

extension Cache {
  /// What the cache knows of tracks, from earlier manifests: those that are stored, in quarantine and
  /// dropped. A label is what a fault policy made of it.
  func facts() throws(CacheError) -> [Track] {
    let stored = try trackRecords().map { record in
      Track(
        id: record.id, path: record.path, label: record.label, group: record.group,
        artist: record.artist, title: record.title, faults: record.faults ?? [])
    }
    return try stored + quarantined().compactMap(\.facts) + dropped().map(\.track)
  }
}

extension Track {
  /// The track, where more is known of it than its place.
  var facts: Track? {
    group == nil && artist == nil && title == nil && faults.isEmpty ? nil : self
  }
}

extension TrackRecord {
  /// Puts what is known of a track in place of what was known.
  ///
  /// - Returns: what has changed, in words; empty where nothing has.
  mutating func take(_ track: Track) -> [String] {
    let faults = track.faults.isEmpty ? nil : track.faults
    var changes: [String] = []
    if label != track.label { changes.append("label") }
    if group != track.group { changes.append("group") }
    if artist != track.artist || title != track.title { changes.append("artist or title") }
    if self.faults != faults { changes.append("known faults") }
    label = track.label
    group = track.group
    artist = track.artist
    title = track.title
    self.faults = faults
    return changes
  }

  /// What its figures say is wrong; empty where there are none.
  func verdicts(_ recipe: Recipe) -> [FaultSubject] {
    figures?.verdicts(
      recipe.verdicts, isResampled: source.sampleRate != recipe.sampleRate,
      channels: source.channels) ?? []
  }
}
