extension Manifest {
  /// This manifest without the tracks of these ids, and those tracks. Ids are compared by their
  /// bytes; those that no track has are passed over.
  public func excluding(_ ids: [String]) -> (manifest: Manifest, excluded: [Track]) {
    let leaving = Set(ids.map { Array($0.utf8) })
    let excluded = tracks.filter { leaving.contains(Array($0.id.utf8)) }
    if excluded.isEmpty { return (self, []) }
    let manifest = Manifest(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: tracks.filter { !leaving.contains(Array($0.id.utf8)) },
      splits: splits.mapValues { $0.filtered { !leaving.contains(Array($0.utf8)) } },
      otherFields: otherFields)
    return (manifest, excluded)
  }

  /// Some of the tracks of a manifest that was checked as a whole, with the labels that these have: what they
  /// refer to need not be among them.
  package init(part tracks: [Track], named name: String) {
    self.init(
      unchecked: name, version: nil, licence: nil, citations: [],
      labels: Array(Set(tracks.flatMap(\.labelNames))), tracks: tracks)
  }
}
