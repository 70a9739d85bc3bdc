/// The Million Song Dataset with an annotation of genres: lines of a track's id and its genre, separated by a tab
/// (`msd_tagtraum_cd2c.cls`; lines that begin with `#` are passed over), and `unique_tracks.txt` for artists and titles.
public enum MillionSongDataset {
  /// The manifest: the ids of the tracks, their genre as label, artists, titles, and the song as group, since several
  /// tracks may be one song.
  ///
  /// - Parameters:
  ///   - genres: the annotation. A third field, a minority's genre, is kept as `minority`.
  ///   - tracks: `unique_tracks.txt`; without it no artist is known.
  ///   - paths: where the audio of a track lies, by its id; a track that is not named there has the path of the
  ///     published folders, `A/B/C/TRABC….mp3`.
  ///   - name: what to call the dataset.
  /// - Throws: ``ManifestError`` that names file and line.
  public static func manifest(
    genres: [UInt8], tracks facts: [UInt8]? = nil, paths: [String: String] = [:], name: String
  ) throws(ManifestError) -> Manifest {
    let table = try TabbedTable(genres, file: "the annotation of genres")
    var known: [String: (song: String, artist: String, title: String)] = [:]
    if let facts {
      let table = try TabbedTable(facts, file: "unique_tracks.txt", separator: "<SEP>")
      for row in table.rows {
        guard row.fields.count >= 4 else {
          throw table.error(row.line, "has \(row.fields.count) fields, not four")
        }
        known[row.fields[0]] = (row.fields[1], row.fields[2], row.fields[3])
      }
    }
    var tracks: [Track] = []
    for row in table.rows {
      guard (2...3).contains(row.fields.count) else {
        throw table.error(row.line, "has \(row.fields.count) fields, not an id and a genre")
      }
      let id = try table.field(row, 0, "id")
      let fact = known[id]
      tracks.append(
        Track(
          id: id, path: paths[id] ?? path(of: id), label: try table.field(row, 1, "genre"),
          group: fact.map { $0.song }, artist: fact?.artist, title: fact?.title,
          otherFields: row.fields.count > 2 ? ["minority": .string(row.fields[2])] : [:]))
    }
    return try Manifest(
      name: name,
      citations: ["Bertin-Mahieux, Ellis, Whitman, Lamere: The Million Song Dataset, 2011"],
      labels: Array(Set(tracks.map(\.label))), tracks: tracks)
  }

  /// `TRAXLZU…` lies in the folders A, X and L.
  private static func path(of id: String) -> String {
    let letters = id.dropFirst(2).prefix(3)
    return letters.map { "\($0)/" }.joined() + "\(id).mp3"
  }
}
