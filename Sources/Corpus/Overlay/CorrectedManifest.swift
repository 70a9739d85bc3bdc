extension Manifest {
  /// This manifest with what people have corrected in it: labels and groups. Which tracks are to be
  /// left out, ``CollectionOverlay/exclusions`` says; corrections of tracks that are not here are
  /// passed over.
  ///
  /// A label that nobody had before is added; class numbers follow the byte order of labels, as
  /// always. A fault that says what a track's label should be is gone once that is its label.
  /// - Throws: ``ManifestError`` where a track would get several labels, or none, in a dataset whose
  ///   tracks have one each.
  public func corrected(by overlay: CollectionOverlay) throws(ManifestError) -> Manifest {
    let corrections = overlay.merged
    if corrections.isEmpty { return self }
    var tracks = tracks
    var labels = Set(labels.map { Array($0.utf8) })
    var all = self.labels
    for index in tracks.indices {
      guard let correction = corrections[Array(tracks[index].id.utf8)] else { continue }
      tracks[index].group = correction.group ?? tracks[index].group
      guard let given = correction.labels else { continue }
      if isTagged {
        tracks[index].tags = TrackTags(given)
      } else if let label = given.first, given.count == 1 {
        tracks[index].label = label
      } else {
        throw ManifestError(
          .wrongType, at: "the correction of \(NameRules.quoted(tracks[index].id))",
          "gives \(given.count) labels where each track of the dataset has one",
          hint: "give one label", operation: "read overlay")
      }
      tracks[index].faults.removeAll { $0.label.map { given.contains($0) } ?? false }
      for label in given where labels.insert(Array(label.utf8)).inserted { all.append(label) }
    }
    return try Manifest(
      name: name, version: version, licence: licence, citations: citations, labels: all,
      tracks: tracks, splits: splits, otherFields: otherFields)
  }
}
