extension Manifest {
  /// This manifest's facts laid over the files that were found.
  ///
  /// A track is first looked for at its own path. Failing that, a file with the same innermost
  /// folder and the same name without extension is taken (`genres/blues/blues.00000.au` for
  /// `blues/blues.00000.wav`), the first in byte order, so that a collection that was moved or
  /// converted is still recognised; the folder is compared because a name alone may belong to
  /// another label. A file with another extension does not have the published bytes: its track
  /// loses its checksum.
  ///
  /// Published splits keep the tracks that were found; a fault that is a relation to a track that
  /// was not found (a replica whose original is not here) stays without its `of`.
  /// - Parameter paths: relative paths of the files found, in any order.
  /// - Returns: a manifest of the tracks found, each with the path of its file and with all the
  ///   labels of this one (class numbers stay); the tracks that were not found, in byte order of
  ///   their ids; and the files that no track names, in byte order.
  public func overlay(
    on paths: [String]
  ) -> (manifest: Manifest, absent: [Track], unlisted: [String]) {
    let files = paths.sorted(by: ByteOrder.precedes)
    var filesAtPath: [String: Int] = [:]
    for (index, path) in files.enumerated().reversed() { filesAtPath[path] = index }
    var isTaken = [Bool](repeating: false, count: files.count)
    var fileOfTrack = [Int?](repeating: nil, count: tracks.count)
    for (number, track) in tracks.enumerated() {
      guard let index = filesAtPath[track.path] else { continue }
      fileOfTrack[number] = index
      isTaken[index] = true
    }
    var filesWithTail: [String: [Int]] = [:]
    for (index, path) in files.enumerated() where !isTaken[index] {
      filesWithTail[PathParts(path).tail, default: []].append(index)
    }
    for (number, track) in tracks.enumerated() where fileOfTrack[number] == nil {
      let candidates = filesWithTail[PathParts(track.path).tail] ?? []
      guard let index = candidates.first(where: { !isTaken[$0] }) else { continue }
      fileOfTrack[number] = index
      isTaken[index] = true
    }
    let absentIDs = Set(zip(tracks, fileOfTrack).filter { $0.1 == nil }.map(\.0.id))
    var found: [Track] = []
    var absent: [Track] = []
    for (track, index) in zip(tracks, fileOfTrack) {
      guard let index else {
        absent.append(track)
        continue
      }
      var placed = track
      placed.path = files[index]
      if PathParts(placed.path).fileExtension != PathParts(track.path).fileExtension {
        placed.md5 = nil
      }
      placed.faults = placed.faults.map { fault in
        guard let original = fault.of, absentIDs.contains(original) else { return fault }
        return Fault(
          fault.kind, source: fault.source, detail: fault.detail, label: fault.label,
          otherFields: fault.otherFields)
      }
      found.append(placed)
    }
    let manifest = Manifest(
      unchecked: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: found,
      splits: splits.mapValues { $0.filtered { !absentIDs.contains($0) } },
      otherFields: otherFields)
    return (manifest, absent, files.indices.filter { !isTaken[$0] }.map { files[$0] })
  }
}
