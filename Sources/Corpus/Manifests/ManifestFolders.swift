extension Manifest {
  /// The manifest that a folder of audio files spells out: one folder a label.
  ///
  /// - The label of `blues/blues.00000.wav` is `blues`, that of `blues/live/01.wav` too.
  /// - The id is the file name without its extension. Where that name lies in more than one folder
  ///   (`rock/01.wav`, `jazz/01.wav`), each of these tracks takes its path without extension as id
  ///   (`rock/01`).
  /// - Of files that still share an id (`rock/01.au`, `rock/01.wav`) the first in byte order of the
  ///   paths is kept.
  /// - Parameters:
  ///   - name: what to call the dataset; it should be a plain name.
  ///   - paths: relative paths in any order, "/" between the components; repeated ones count once.
  ///   - pattern: which folder is the label, and perhaps which are artist and album; the outermost is the label if
  ///     nothing is said.
  /// - Returns: the manifest, and the files left out in byte order of their paths.
  public static func folders(
    name: String, paths: [String], pattern: FolderPattern = .outermost
  ) -> (manifest: Manifest, rejected: [Rejection]) {
    var rejected: [Rejection] = []
    var found: [(path: String, parts: PathParts, reading: FolderPattern.Reading)] = []
    var pathsOfStem: [String: Set<String>] = [:]
    var previous: String?
    for path in paths.sorted(by: ByteOrder.precedes) {
      // By bytes: two files may differ only in how an accented letter is composed.
      if let previous, previous.utf8.elementsEqual(path.utf8) { continue }
      previous = path
      let parts = PathParts(path)
      let reading = pattern.reading(of: path)
      if let reason = Self.reason(against: path, reading, pattern) {
        rejected.append(Rejection(path: path, reason: reason))
      } else if let reading {
        found.append((path, parts, reading))
        pathsOfStem[parts.stem, default: []].insert(parts.pathWithoutExtension)
      }
    }
    var tracks: [Track] = []
    var pathOfID: [String: String] = [:]
    for (path, parts, reading) in found {
      let isAmbiguous = (pathsOfStem[parts.stem]?.count ?? 0) > 1
      let id = isAmbiguous ? parts.pathWithoutExtension : parts.stem
      if let problem = NameRules.problem(
        inRelativePath: id, maximumBytes: NameRules.maximumNameBytes)
      {
        rejected.append(Rejection(path: path, reason: .badPath("gives an id that \(problem)")))
      } else if let kept = pathOfID[id] {
        rejected.append(Rejection(path: path, reason: .duplicateID(id: id, kept: kept)))
      } else {
        pathOfID[id] = path
        tracks.append(
          Track(
            id: id, path: path, label: reading.label, group: reading.group,
            artist: reading.artist))
      }
    }
    let manifest = Manifest(
      unchecked: name, version: nil, licence: nil, citations: [],
      labels: Array(Set(tracks.flatMap(\.labelNames))), tracks: tracks)
    return (manifest, rejected.sorted { ByteOrder.precedes($0.path, $1.path) })
  }

  private static func reason(
    against path: String, _ reading: FolderPattern.Reading?, _ pattern: FolderPattern
  ) -> Rejection.Reason? {
    if let problem = NameRules.problem(
      inRelativePath: path, maximumBytes: NameRules.maximumPathBytes)
    {
      return .badPath(problem)
    }
    guard let reading else { return pattern == .outermost ? .noLabel : .otherFolders(pattern) }
    return NameRules.problem(inComponent: reading.label)
      .map { .badPath("has a folder that \($0)") }
  }
}
