import Wording

extension Manifest {
  /// What a table spells out.
  public struct Table: Sendable {
    /// The tracks, with published folds as the split `folds` and published sides as `published`.
    public let manifest: Manifest
    /// Rows of FMA that have no top genre, and so no label.
    public let unlabelled: Int
    /// Rows of FMA outside the subset that was asked for.
    public let outside: Int
  }

  /// The manifest that the table of a dataset spells out; no audio is looked at.
  ///
  /// - `esc50`: id from `filename`, path `audio/NAME`, label `category`, group `src_file`, the
  ///   split `folds` from `fold`.
  /// - `urbansound8k`: id from `slice_file_name`, path `audio/foldN/NAME`, label `class`, group
  ///   `fsID`, the split `folds` from `fold`.
  /// - `fma`: id of six digits, path `NNN/NNNNNN.mp3`, label `genre_top` ("/" becomes "-"), artist,
  ///   title, licence, the album as group, the split `published` from `set.split`; the clips that its wiki
  ///   lists as empty or far too short have that as a known fault.
  /// - `csv`: as the columns say; where there is no column `id` the id is the path's file name
  ///   without extension, or the whole path without extension where that name lies in more than one
  ///   place; where there is no column `path` it is the id (see ``Manifest/naming(files:)``). The column `labels` has any number of labels, with "|" between them. `train`, `training`, `valid`, `val`, `validation`, `dev`, `test`, `testing` and
  ///   `eval` in the column `split` become train, validation and test; other names stay.
  /// - Parameters:
  ///   - csv: the bytes of the table.
  ///   - layout: what its columns mean; ``DatasetLayout/folders`` has no table.
  ///   - name: what to call the dataset, a plain name.
  ///   - subset: the part of FMA to take; everything with a label if not given.
  ///   - columns: what columns are called in the table, by what they are called here, for those of
  ///     the layout `csv` that have other names: `["label": "genre"]`.
  /// - Throws: ``ManifestError`` that names the line of the first fault.
  public static func table(
    _ csv: [UInt8], layout: DatasetLayout, name: String, subset: FMASubset? = nil,
    columns: [String: String] = [:]
  ) throws(ManifestError) -> Table {
    var rows = try TableRows(csv, layout: layout, names: columns)
    var builder = TableManifest(layout: layout, subset: subset)
    while try rows.advance() { try builder.add(rows) }
    if builder.tracks.isEmpty {
      throw ManifestError(
        .badTable, at: "the table", "gives no track",
        hint: "check that it is the right file and layout", operation: "read table")
    }
    return Table(
      manifest: try builder.manifest(name: name), unlabelled: builder.unlabelled,
      outside: builder.outside)
  }
}

/// Tracks and sides, row by row.
private struct TableManifest {
  let layout: DatasetLayout
  let subset: FMASubset?
  private(set) var tracks: [Track] = []
  private(set) var unlabelled = 0
  private(set) var outside = 0
  private var lines: [Int] = []
  /// Whether each track has its file's name for an id, for want of one of its own.
  private var isNamedByFile: [Bool] = []
  // By the tracks' positions: their ids aren't certain before the last row.
  private var folds: [String: [Int]] = [:]
  private var published: [String: [Int]] = [:]

  init(layout: DatasetLayout, subset: FMASubset?) {
    self.layout = layout
    self.subset = subset
  }

  mutating func add(_ row: TableRows) throws(ManifestError) {
    guard let track = try track(row) else { return }
    if tracks.count == Manifest.maximumTracks {
      throw Manifest.tooManyTracks(tracks.count + 1)
    }
    tracks.append(track)
    lines.append(row.line)
    let ownID = try row.text("id")
    isNamedByFile.append(layout == .csv && ownID == nil)
    let position = tracks.count - 1
    if let fold = try row.text("fold") {
      folds["fold-\(fold)", default: []].append(position)
      try check(folds, "folds", row)
    }
    if let side = try row.text(layout == .fma ? "set.split" : "split") {
      published[Self.side(side), default: []].append(position)
      try check(published, "sides of a split", row)
    }
  }

  /// Refuses a column that is something else, such as a number of its own for each row.
  private func check(
    _ sides: [String: [Int]], _ what: String, _ row: TableRows
  ) throws(ManifestError) {
    if sides.count <= Manifest.maximumSides { return }
    throw row.error(
      "begins one of more than \(Manifest.maximumSides) \(what)",
      hint: "give the column another name if it means something else")
  }

  private mutating func track(_ row: TableRows) throws(ManifestError) -> Track? {
    switch layout {
    case .folders, .csv, .mtgJamendo, .magnatagatune, .msd, .gtzan:
      let path = row.has("path") ? try row.required("path") : try row.required("id")
      let tags = row.has("labels") ? TrackTags(ofLine: try row.text("labels") ?? "") : nil
      return Track(
        id: try row.text("id") ?? PathParts(path).stem, path: path,
        label: tags == nil ? try row.required("label") : "", tags: tags,
        md5: try row.text("md5"), group: try row.text("group"), artist: try row.text("artist"),
        title: try row.text("title"), licence: try row.text("licence"))
    case .esc50:
      let file = try row.required("filename")
      return Track(
        id: PathParts(file).stem, path: "audio/\(file)", label: try row.required("category"),
        group: try row.required("src_file"))
    case .urbansound8k:
      let file = try row.required("slice_file_name")
      return Track(
        id: PathParts(file).stem, path: "audio/fold\(try row.required("fold"))/\(file)",
        label: try row.required("class"), group: try row.required("fsID"))
    case .fma:
      return try fmaTrack(row)
    }
  }

  private mutating func fmaTrack(_ row: TableRows) throws(ManifestError) -> Track? {
    let smallest = try row.required("set.subset")
    if let subset, !subset.holds(smallest) {
      outside += 1
      return nil
    }
    guard let genre = try row.text("track.genre_top") else {
      unlabelled += 1
      return nil
    }
    let text = try row.required("track_id")
    guard let number = Int(text), 0..<1_000_000 ~= number else {
      throw row.error("has the track_id \(NameRules.quoted(text)), not a number below a million")
    }
    let digits = String(String(number + 1_000_000).dropFirst())
    return Track(
      id: digits, path: "\(digits.prefix(3))/\(digits).mp3",
      // "Old-Time / Historic": a label is a folder's name in every export.
      label: genre.spelling { $0 == "/" ? "-" : nil },
      group: try row.text("album.id").map { "album-\($0)" }, artist: try row.text("artist.name"),
      title: try row.text("track.title"), licence: try row.text("track.license"),
      faults: FMAFaults.known[number].map { [$0] } ?? [],
      otherFields: ["subset": .string(smallest)])
  }

  private static func side(_ name: String) -> String {
    switch name.lowercased() {
    case "train", "training": "train"
    case "valid", "val", "validation", "dev": "validation"
    case "test", "testing", "eval": "test"
    default: name
    }
  }

  func manifest(name: String) throws(ManifestError) -> Manifest {
    var splits: [String: PublishedSplit] = [:]
    let source = "the dataset's own table"
    let tracks = namedApart()
    for (name, sides) in [("folds", folds), ("published", published)] where !sides.isEmpty {
      splits[name] = PublishedSplit(
        source: source, isOfficial: layout != .csv,
        sides: sides.mapValues { $0.map { tracks[$0].id } })
    }
    let labels = Set(tracks.flatMap(\.labelNames))
    do {
      return try Manifest(
        name: name, labels: labels.sorted(by: ByteOrder.precedes), tracks: tracks, splits: splits)
    } catch {
      throw located(error)
    }
  }

  /// The tracks, those whose file's name lies in more than one folder of their paths without
  /// extension.
  private func namedApart() -> [Track] {
    var firstOfIDs: [String: Substring] = [:]
    var ambiguous: Set<String> = []
    for (track, isNamed) in zip(tracks, isNamedByFile) where isNamed {
      let path = PathParts.withoutExtension(track.path)
      if let first = firstOfIDs[track.id] {
        if first != path { ambiguous.insert(track.id) }
      } else {
        firstOfIDs[track.id] = path
      }
    }
    if ambiguous.isEmpty { return tracks }
    return zip(tracks, isNamedByFile).map { track, isNamed in
      guard isNamed, ambiguous.contains(track.id),
        // A path that cannot be used is refused as that, not as an id.
        NameRules.problem(inRelativePath: track.path, maximumBytes: NameRules.maximumPathBytes)
          == nil
      else { return track }
      var track = track
      track.id = String(PathParts.withoutExtension(track.path))
      return track
    }
  }

  /// The same fault by the line of the table: `tracks[17].md5` is of no use to its author.
  private func located(_ error: ManifestError) -> ManifestError {
    let parts = error.subject.split(separator: "]", maxSplits: 1)
    guard error.subject.hasPrefix("tracks["), let number = parts.first?.dropFirst(7),
      let index = Int(number), lines.indices.contains(index)
    else { return error }
    let field = parts.count > 1 ? String(parts[1].dropFirst()) : ""
    return ManifestError(
      error.kind, at: "line \(lines[index])\(field.isEmpty ? "" : ", \(field)")", error.detail,
      hint: error.hint, operation: "read table")
  }
}
