internal import Corpus
internal import DatasetCache

/// What a cache holds at one moment, read once; records that cannot be read are named, not thrown.
struct CacheContents: Sendable {
  let records: SoundRecords
  let description: CacheDescription?
  /// The cache; nil where there is none yet.
  private let cache: Cache?

  /// What a cache that isn't there yet holds.
  init() {
    records = SoundRecords()
    description = nil
    cache = nil
  }

  init(_ cache: Cache) throws(PreparationError) {
    records = try onCache { () throws(CacheError) in try cache.soundRecords() }
    description = try onCache { () throws(CacheError) in try cache.description() }
    self.cache = cache
  }

  /// The stamp of a file when it was last read; nil where there is none, or none that can be read.
  func stamp(of path: String) -> SourceStamp? {
    (try? cache?.stamp(path: path)) ?? nil
  }

  /// What the cache knows of tracks, from earlier manifests: those that are stored, in quarantine
  /// and dropped. A label is what a fault policy made of it.
  var facts: [Track] {
    let stored = records.tracks.map { record in
      Track(
        id: record.id, path: record.path, label: record.label, tags: record.tags,
        group: record.group,
        artist: record.artist, title: record.title, licence: record.licence,
        faults: record.faults ?? [])
    }
    return stored + records.quarantined.compactMap(\.facts) + records.dropped.map(\.track)
  }
}
