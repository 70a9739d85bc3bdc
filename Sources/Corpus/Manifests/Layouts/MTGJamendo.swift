import Wording

/// MTG-Jamendo as its repository publishes it: `data/autotagging.tsv`, or one of its subsets
/// (`autotagging_genre.tsv`, `_instrument`, `_moodtheme`, `_top50tags`), `data/splits/split-N/…-train.tsv`,
/// `-validation.tsv` and `-test.tsv`, and `data/raw.meta.tsv` with names.
public enum MTGJamendo {
  /// One table of a side of a split.
  public struct Side: Sendable {
    /// `split-0` to `split-4`.
    public var split: String
    /// `train`, `validation` or `test`.
    public var side: String
    /// The table.
    public var table: [UInt8]

    /// A side of these parts.
    public init(split: String, side: String, table: [UInt8]) {
      self.split = split
      self.side = side
      self.table = table
    }
  }

  /// The manifest: ids `track_0000214`, paths `14/214.mp3`, any number of tags such as `genre---punk` and `mood-theme---sad` ("/" becomes "-"), artists, albums
  /// as groups, and the splits, which are official.
  ///
  /// - Parameters:
  ///   - tags: the table of tags; its lines end with a tag for each further field.
  ///   - sides: the tables of the splits; tracks that only these have are left out, and so are tags.
  ///   - names: `raw.meta.tsv`; without it an artist is called by number.
  ///   - name: what to call the dataset.
  /// - Throws: ``ManifestError`` that names file and line.
  public static func manifest(
    tags: [UInt8], sides: [Side] = [], names: [UInt8]? = nil, name: String
  ) throws(ManifestError) -> Manifest {
    let table = try TabbedTable(tags, file: "the table of tags")
    let columns = try table.columns(["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH"])
    guard let id = columns["TRACK_ID"], let artist = columns["ARTIST_ID"],
      let album = columns["ALBUM_ID"], let path = columns["PATH"], let first = columns["TAGS"]
    else { throw table.error(1, "names no column \"TAGS\"") }
    let known = try titles(names)
    var tracks: [Track] = []
    for row in table.rows.dropFirst() {
      let number = try table.field(row, id, "TRACK_ID")
      // "mood/theme---sad": a label is a folder's name in every export.
      let tags = row.fields.dropFirst(first).filter { !$0.isEmpty }
        .map { $0.spelling { $0 == "/" ? "-" : nil } }
      tracks.append(
        Track(
          id: number, path: try table.field(row, path, "PATH"), label: "",
          tags: TrackTags(tags), group: try table.field(row, album, "ALBUM_ID"),
          artist: known[number]?.artist ?? row.fields[artist], title: known[number]?.title))
    }
    let there = Set(tracks.map(\.id))
    var splits: [String: [String: [String]]] = [:]
    for side in sides {
      let file = "\(side.split), \(side.side)"
      let table = try TabbedTable(side.table, file: file)
      guard let id = try table.columns(["TRACK_ID"])["TRACK_ID"] else { continue }
      for row in table.rows.dropFirst() {
        let number = try table.field(row, id, "TRACK_ID")
        if there.contains(number) {
          splits[side.split, default: [:]][side.side, default: []].append(number)
        }
      }
    }
    return try Manifest(
      name: name,
      citations: [
        "Bogdanov, Won, Tovstogan, Porter, Serra: The MTG-Jamendo Dataset for Automatic Music Tagging, 2019"
      ],
      labels: Array(Set(tracks.flatMap(\.labelNames))), tracks: tracks,
      splits: splits.mapValues {
        PublishedSplit(source: "the dataset's own tables", isOfficial: true, sides: $0)
      })
  }

  /// Artist and title of each track by its id.
  private static func titles(
    _ bytes: [UInt8]?
  ) throws(ManifestError) -> [String: (artist: String, title: String)] {
    guard let bytes else { return [:] }
    let table = try TabbedTable(bytes, file: "the table of names")
    let columns = try table.columns(["TRACK_ID", "TRACK_NAME", "ARTIST_NAME"])
    guard let id = columns["TRACK_ID"], let title = columns["TRACK_NAME"],
      let artist = columns["ARTIST_NAME"]
    else { return [:] }
    var found: [String: (artist: String, title: String)] = [:]
    for row in table.rows.dropFirst() where row.fields.count > max(id, title, artist) {
      found[row.fields[id]] = (row.fields[artist], row.fields[title])
    }
    return found
  }
}
