import Wording

extension Manifest {
  /// This manifest with the paths of the files that its tracks name by less than a path.
  ///
  /// A table may call a track's file by its path, by that without extension, by the file's name or by that
  /// without extension, as `blues.00000` for `blues/blues.00000.wav`. A path that is there stays as it is, and
  /// so does what no file is called: that track is absent.
  /// - Parameter files: the paths of the audio files that are there.
  /// - Throws: ``ManifestError`` that names a track that several files are called like, and them.
  public func naming(files: [String]) throws(ManifestError) -> Manifest {
    let there = Set(files.map { Array($0.utf8) })
    var filesOfName: [String: [String]] = [:]
    for path in files {
      for name in Set(PathParts(path).names(of: path)) where name != path {
        filesOfName[name, default: []].append(path)
      }
    }
    var tracks = tracks
    for (index, track) in tracks.enumerated() where !there.contains(Array(track.path.utf8)) {
      let found = filesOfName[track.path] ?? []
      if found.count > 1 {
        let some = found.sorted(by: ByteOrder.precedes).prefix(3).map(NameRules.quoted)
        throw ManifestError(
          .badPath, at: "tracks[\(index)].path",
          "is \(NameRules.quoted(track.path)), which \(found.count) files are called: "
            + some.joined(separator: ", ") + (found.count > 3 ? " …" : ""),
          hint: "give the path")
      }
      if let path = found.first { tracks[index].path = path }
    }
    return try Manifest(
      name: name, version: version, licence: licence, citations: citations, labels: labels,
      tracks: tracks, splits: splits, otherFields: otherFields)
  }
}

extension PathParts {
  /// What a file is called: its path, that without extension, its name, and that without extension.
  func names(of path: String) -> [String] {
    [path, pathWithoutExtension, path.lastPathComponent.map(String.init) ?? path, stem]
  }
}
