extension Manifest {
  /// The manifest with these checksums in the tracks that have none.
  /// - Parameter checksums: 32 hexadecimal digits by track id; others are passed over.
  public func adding(checksums: [String: String]) -> Manifest {
    let tracks = tracks.map { track in
      guard track.md5 == nil, let md5 = checksums[track.id], Self.isChecksum(md5) else {
        return track
      }
      var known = track
      known.md5 = md5.lowercased()
      return known
    }
    return Manifest(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: tracks, splits: splits, otherFields: otherFields)
  }
}
