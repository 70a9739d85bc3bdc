internal import Corpus
internal import DatasetCache

extension Track {
  /// The track, if more is known of it than its path.
  var facts: Track? {
    group == nil && artist == nil && title == nil && licence == nil && faults.isEmpty
      && !label.isEmpty && tags == nil
      ? nil : self
  }
}

extension TrackRecord {
  /// Puts what is known of a track in place of what was known.
  ///
  /// - Returns: what has changed, in words; empty where nothing has.
  mutating func take(_ track: Track) -> [String] {
    let faults = track.faults.isEmpty ? nil : track.faults
    var changes: [String] = []
    // By bytes, as everybody else reads it.
    if !label.utf8.elementsEqual(track.label.utf8) || tags != track.tags { changes.append("label") }
    if group != track.group { changes.append("group") }
    if artist != track.artist || title != track.title { changes.append("artist or title") }
    if licence != track.licence { changes.append("licence") }
    if self.faults != faults { changes.append("known faults") }
    path = track.path
    label = track.label
    tags = track.tags
    group = track.group
    artist = track.artist
    title = track.title
    licence = track.licence
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
