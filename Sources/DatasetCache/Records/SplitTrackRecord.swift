public import Corpus

extension SplitTrack {
  /// A track of a cache as splits and audits see it.
  public init(_ record: TrackRecord) {
    self.init(
      id: record.id, label: record.label, tags: record.tags, group: record.group,
      artist: record.artist, title: record.title)
  }
}
