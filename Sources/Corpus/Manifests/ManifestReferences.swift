extension Manifest {
  /// Checks that faults and splits name tracks and labels of the manifest, and that no split
  /// divides a track.
  static func checkReferences(
    tracks: [Track], labels: [String], splits: [String: PublishedSplit]
  ) throws(ManifestError) {
    if splits.isEmpty && tracks.allSatisfy(\.faults.isEmpty) { return }
    let ids = Set(tracks.map(\.id))
    let declared = Set(labels)
    for (index, track) in tracks.enumerated() {
      for (number, fault) in track.faults.enumerated() {
        try check(
          fault, of: track, at: "tracks[\(index)].faults[\(number)].label", labels: declared)
        guard let original = fault.of else { continue }
        let path = "tracks[\(index)].faults[\(number)].of"
        if original == track.id {
          throw ManifestError(
            .unknownTrack, at: path, "names the track itself",
            hint: "name the other track, or leave the field out")
        }
        if !ids.contains(original) {
          throw ManifestError(
            .unknownTrack, at: path, "\(NameRules.quoted(original)) is no track's id",
            hint: "correct the id, or leave the field out")
        }
      }
    }
    for name in splits.keys.sorted(by: ByteOrder.precedes) {
      guard let split = splits[name] else { continue }
      try check(split, named: name, ids: ids)
    }
  }

  /// Checks the label that a fault says its track should have.
  private static func check(
    _ fault: Fault, of track: Track, at path: String, labels: Set<String>
  ) throws(ManifestError) {
    guard let label = fault.label else { return }
    if fault.kind != .mislabelled {
      throw ManifestError(
        .unknownFault, at: path, "stands in a fault of the kind \(fault.kind.rawValue)",
        hint: "only a mislabelled track should have another label: correct the kind or remove it")
    }
    if !labels.contains(label) {
      throw ManifestError(
        .undeclaredLabel, at: path, "\(NameRules.quoted(label)) is not in labels",
        hint: "add it to labels or correct it")
    }
    if track.labelNames == [label] {
      throw ManifestError(
        .undeclaredLabel, at: path, "\(NameRules.quoted(label)) is the label it has already",
        hint: "give the label that it should have, or leave the field out")
    }
  }

  private static func check(
    _ split: PublishedSplit, named name: String, ids: Set<String>
  ) throws(ManifestError) {
    let path = "splits.\(JSONPath.shown(name))"
    if let problem = NameRules.problem(inComponent: name) {
      throw ManifestError(.badName, at: path, problem, hint: "give the split a plain name")
    }
    try check(text: split.source, at: "\(path).source")
    if split.sides.isEmpty {
      throw ManifestError(
        .missingField, at: "\(path).sides", "has no side",
        hint: "name the sides with their tracks, or leave the split out")
    }
    if split.sides.count > maximumSides { throw tooManySides(split.sides.count, at: path) }
    var placeOfTrack: [String: (side: String, index: Int)] = [:]
    for side in split.sideNames {
      let sidePath = "\(path).sides.\(JSONPath.shown(side))"
      if let problem = NameRules.problem(inComponent: side) {
        throw ManifestError(.badName, at: sidePath, problem, hint: "give the side a plain name")
      }
      for (index, id) in (split.sides[side] ?? []).enumerated() {
        if !ids.contains(id) {
          throw ManifestError(
            .unknownTrack, at: "\(sidePath)[\(index)]",
            "\(NameRules.quoted(id)) is no track's id", hint: "correct the id or remove it")
        }
        if let first = placeOfTrack.updateValue((side, index), forKey: id) {
          throw ManifestError(
            .repeatedInSplit, at: "\(sidePath)[\(index)]",
            "\(NameRules.quoted(id)) is already in \(path).sides.\(JSONPath.shown(first.side))[\(first.index)]",
            hint: "put every track on one side only")
        }
      }
    }
  }
}
