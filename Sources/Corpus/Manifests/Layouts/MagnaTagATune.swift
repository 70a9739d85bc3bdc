/// MagnaTagATune as it is published: `annotations_final.csv`, a column of 0 and 1 for each of 188 tags, and
/// `clip_info_final.csv` with titles and artists; both separated by tabs.
public enum MagnaTagATune {
  /// The clips whose files are empty in the published archive, by their numbers.
  private static let empty: Set = ["35644", "55753", "57881"]

  /// The manifest: ids of the clips' numbers, paths `6/….mp3`, any number of tags, the recording that a clip is cut
  /// from as group, artists, the three empty files as known faults, and the split by folders (0 to b for training,
  /// c for validation, d to f for test: 18,706, 1,825 and 5,329 clips without the empty ones), which is official.
  /// Another split in use is given as lists; see ``Manifest/adding(lists:)``.
  ///
  /// - Parameters:
  ///   - annotations: `annotations_final.csv`.
  ///   - information: `clip_info_final.csv`; without it no artist is known.
  ///   - name: what to call the dataset.
  /// - Throws: ``ManifestError`` that names file and line.
  public static func manifest(
    annotations: [UInt8], information: [UInt8]? = nil, name: String
  ) throws(ManifestError) -> Manifest {
    let table = try TabbedTable(annotations, file: "annotations_final.csv")
    let columns = try table.columns(["clip_id", "mp3_path"])
    guard let id = columns["clip_id"], let path = columns["mp3_path"], let header = table.rows.first
    else { throw table.error(1, "names no column \"clip_id\"") }
    let known = try facts(information)
    var tracks: [Track] = []
    var sides: [String: [String]] = [:]
    for row in table.rows.dropFirst() {
      if row.fields.count != header.fields.count {
        throw table.error(
          row.line, "has \(row.fields.count) fields where the first row has \(header.fields.count)")
      }
      let clip = try table.field(row, id, "clip_id")
      let file = try table.field(row, path, "mp3_path")
      var tags: [String] = []
      for (index, value) in row.fields.enumerated() where index != id && index != path {
        guard value == "0" || value == "1" else {
          throw table.error(
            row.line, "has \(NameRules.quoted(value)) for \(header.fields[index]), not 0 or 1")
        }
        if value == "1" { tags.append(header.fields[index]) }
      }
      let fault = Fault(
        .unreadable, source: "the published archive", detail: "its file is empty there")
      tracks.append(
        Track(
          id: clip, path: file, label: "", tags: TrackTags(tags), group: recording(of: file),
          artist: known[clip]?.artist, title: known[clip]?.title,
          faults: empty.contains(clip) ? [fault] : []))
      if !empty.contains(clip), let side = side(of: file) { sides[side, default: []].append(clip) }
    }
    return try Manifest(
      name: name,
      citations: [
        "Law, West, Mandel, Bay, Downie: Evaluation of Algorithms Using Games: The Case of Music Tagging, 2009"
      ],
      labels: Array(Set(tracks.flatMap(\.labelNames))), tracks: tracks,
      splits: [
        "folders": PublishedSplit(
          source: "folders 0 to b, c, d to f of the archive", isOfficial: true, sides: sides)
      ].filter { !$0.value.sides.isEmpty })
  }

  private static func side(of path: String) -> String? {
    guard let folder = path.first?.hexDigitValue, path.dropFirst().first == "/" else { return nil }
    return folder < 12 ? "train" : folder == 12 ? "validation" : "test"
  }

  /// The path without the seconds where the clip begins and ends: `…-08-gently-117-146.mp3`.
  private static func recording(of path: String) -> String {
    let stem = PathParts(path).stem
    let parts = stem.split(separator: "-")
    guard parts.count > 2, parts.suffix(2).allSatisfy({ Int($0) != nil }) else { return stem }
    return parts.dropLast(2).joined(separator: "-")
  }

  /// Artist and title of each clip by its number.
  private static func facts(
    _ bytes: [UInt8]?
  ) throws(ManifestError) -> [String: (artist: String, title: String)] {
    guard let bytes else { return [:] }
    let table = try TabbedTable(bytes, file: "clip_info_final.csv")
    let columns = try table.columns(["clip_id", "title", "artist"])
    guard let id = columns["clip_id"], let title = columns["title"], let artist = columns["artist"]
    else { return [:] }
    var found: [String: (artist: String, title: String)] = [:]
    for row in table.rows.dropFirst() where row.fields.count > max(id, title, artist) {
      found[row.fields[id]] = (row.fields[artist], row.fields[title])
    }
    return found
  }
}
