import Corpus

/// What is checked of the records of all tracks, in some dozen bytes a track.
struct KnownTracks {
  private(set) var ids = PackedKeys()
  private var frames: [Int] = []
  /// The number of the views of each track among the different ones.
  private var viewsOfTrack: [Int32] = []
  private(set) var views: [[View: Fingerprint]] = []

  /// How many tracks there are.
  var count: Int { ids.count }

  /// Adds a track, in the order of the ids' bytes.
  mutating func append(_ id: RawSpan, _ record: TrackRecord) {
    ids.append(id)
    frames.append(record.frames)
    let known = views.lastIndex(of: record.views)
    if known == nil { views.append(record.views) }
    viewsOfTrack.append(Int32(known ?? views.count - 1))
  }

  /// The fingerprint of a view of the track at a position.
  func fingerprint(of view: View, at position: Int) -> Fingerprint? {
    views[Int(viewsOfTrack[position])][view]
  }

  /// The samples of the track at a position.
  func frames(at position: Int) -> Int { frames[position] }
}
