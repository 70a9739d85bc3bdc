import Wording

/// A table of features as the public GTZAN ones are: `filename`, perhaps `length`, numbers,
/// `label`; or, where a track may have any number of labels, `labels` instead, with `|` between them.
public struct FeatureRows: Sendable {
  /// The names of the columns of numbers, in order.
  public let columns: [String]
  /// Whether these are all that the table has.
  public let hasAllColumns: Bool
  /// The names of the labels, in byte order.
  public let labels: [String]
  /// The ids of the tracks, in byte order.
  public let trackIDs: [String]
  /// The label of each track; where one may have several, all in a line.
  public let trackLabels: [String]
  /// The labels of each track, where one may have several; else nil.
  public let trackTags: [TrackTags]?
  /// Each row's track, slice and label.
  public let rows: [MemorySamples.Row]
  /// The numbers, row after row.
  public let values: [Float]
  /// The weights of each track's labels, by their numbers.
  private let weights: [[Int: Float]]?

  /// Reads a table.
  ///
  /// Rows belong to tracks, and a track's rows must stay on one side of a split:
  /// `blues.00000.3.wav` is slice 3 of `blues.00000`. Names are read so where every one of them
  /// ends in a slice's number; where not, each row is a track of its own. An apostrophe in front of
  /// what a spreadsheet would compute (`'=x`) is taken off, as `lathe export csv` puts it there,
  /// unless a name in the table begins with such a character itself.
  /// - Parameter features: which columns are learnt from.
  /// - Throws: ``ManifestError`` that names the line: no such column, one that is no feature, a
  ///   field that is no finite number, a row twice, one track under two labels.
  public init(
    parsing csv: [UInt8], features: FeatureColumns = .all
  ) throws(ManifestError) {
    var reader = try CSVReader(csv)
    guard let header = try reader.next() else {
      throw reader.error(.badTable, 1, "is empty", hint: "give a table with a row of names")
    }
    var indices: [String: Int] = [:]
    for index in header.fields.indices {
      guard let name = try reader.text(header, index) else { continue }
      if indices.updateValue(index, forKey: name) != nil {
        throw reader.error(
          .badTable, header.line, "names the column \(NameRules.quoted(name)) twice",
          hint: "rename one of the two")
      }
    }
    let isTagged = indices["label"] == nil
    guard let nameColumn = indices["filename"],
      let labelColumn = indices["label"] ?? indices["labels"]
    else {
      throw reader.error(
        .badTable, header.line,
        "names no column \"filename\" or no column \"label\" or \"labels\"",
        hint: "give a table as lathe export csv writes it")
    }
    let named = indices.sorted { $0.value < $1.value }.map(\.key)
    let numbers: [(name: String, index: Int)]
    do throws(FeatureColumns.Problem) {
      let chosen = try features.chosen(from: named)
      numbers = chosen.compactMap { name in indices[name].map { (name, $0) } }
      hasAllColumns = try chosen == FeatureColumns.all.chosen(from: named)
    } catch {
      throw reader.error(.badTable, header.line, error.detail, hint: error.hint)
    }
    var names: [(name: String, label: String, line: Int)] = []
    var values: [Float] = []
    while let row = try reader.next() {
      func bad(_ detail: String) -> ManifestError {
        reader.error(.badTable, row.line, detail, hint: "correct the row or remove it")
      }
      guard row.fields.count == header.fields.count else {
        throw bad(
          "has \(Words.counted(row.fields.count, "field")) "
            + "where the first row has \(header.fields.count)"
        )
      }
      guard let name = try reader.text(row, nameColumn),
        let label = try reader.text(row, labelColumn) ?? (isTagged ? "" : nil)
      else { throw bad("has no file name or no label") }
      names.append((name, label, row.line))
      for (column, index) in numbers {
        guard let text = try reader.text(row, index), let value = Float(text), value.isFinite else {
          throw bad("has no finite number in the column \(NameRules.quoted(column))")
        }
        values.append(value)
      }
    }
    if names.isEmpty {
      throw reader.error(.badTable, header.line, "is the only row", hint: "give a table with rows")
    }
    // Where a name stands that would have been guarded, others have written the table, and mean the
    // apostrophes in it.
    let isGuarded = !names.contains {
      CSVField.isComputed($0.name.utf8) || CSVField.isComputed($0.label.utf8)
    }
    names = names.map { row in
      let (name, label) =
        isGuarded
        ? (CSVField.unguarded(row.name), CSVField.unguarded(row.label)) : (row.name, row.label)
      return (name, label.composed, row.line)
    }
    let tracks = RowNames(names.map(\.name))
    var labelOfTrack: [String: String] = [:]
    var seen: Set<RowNames.Origin> = []
    for (origin, row) in zip(tracks.origins, names) {
      guard seen.insert(origin).inserted else {
        throw reader.error(
          .badTable, row.line, "is the second row of \(NameRules.quoted(row.name))",
          hint: "remove one of the two")
      }
      if let other = labelOfTrack.updateValue(row.label, forKey: origin.track), other != row.label {
        throw reader.error(
          .badTable, row.line,
          "puts the track \(NameRules.quoted(origin.track)) under a second label",
          hint: "correct the label, or rename rows that are tracks of their own")
      }
    }
    columns = numbers.map(\.name)
    var tagsOfField: [String: TrackTags] = [:]
    for row in names where isTagged && tagsOfField[row.label] == nil {
      guard let tags = TagField.tags(row.label) else {
        throw reader.error(
          .badTable, row.line, "has the labels \(NameRules.quoted(row.label))",
          hint: "put | between labels and, where one weighs less than 1, its weight after a colon")
      }
      tagsOfField[row.label] = tags
    }
    let known = isTagged ? tagsOfField.values.flatMap(\.names) : names.map(\.label)
    let labels = Set(known).sorted(by: ByteOrder.precedes)
    let trackIDs = labelOfTrack.keys.sorted(by: ByteOrder.precedes)
    let labelNumbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    let trackNumbers = Dictionary(uniqueKeysWithValues: zip(trackIDs, trackIDs.indices))
    rows = zip(tracks.origins, names).map { origin, row in
      MemorySamples.Row(
        label: isTagged ? -1 : labelNumbers[row.label] ?? 0, track: trackNumbers[origin.track] ?? 0,
        slice: origin.slice)
    }
    self.labels = labels
    self.trackIDs = trackIDs
    let fields = trackIDs.map { labelOfTrack[$0] ?? "" }
    let tags = fields.map { tagsOfField[$0] ?? TrackTags() }
    trackLabels = isTagged ? tags.map(\.text) : fields
    trackTags = isTagged ? tags : nil
    weights =
      isTagged
      ? tags.map { tags in
        Dictionary(
          zip(tags.names.compactMap { labelNumbers[$0] }, tags.weights), uniquingKeysWith: { $1 })
      } : nil
    self.values = values
  }

  /// The rows on one side of a split, as samples; all of them without a side.
  /// - Throws: ``SampleError`` where there are none.
  public func samples(
    name: String, identity: String, split: Split? = nil, side: String? = nil
  ) throws(SampleError) -> MemorySamples {
    var chosen: [MemorySamples.Row] = []
    var numbers: [Float] = []
    for (index, row) in rows.enumerated() {
      if let split, let side, split.side(of: trackIDs[row.track], slice: row.slice) != side {
        continue
      }
      chosen.append(row)
      numbers += values[index * columns.count..<(index + 1) * columns.count]
    }
    guard !chosen.isEmpty else {
      throw SampleError(
        kind: .missing, subject: name, detail: "there are no rows",
        hint: "take another split or side")
    }
    return try MemorySamples(
      name: name, identity: identity, shape: [columns.count], labels: labels, trackIDs: trackIDs,
      rows: chosen, values: numbers, tags: weights)
  }
}

/// Which track and slice a row's name stands for.
struct RowNames {
  struct Origin: Hashable {
    let track: String
    let slice: Int
  }

  let origins: [Origin]

  init(_ names: [String]) {
    let stems = names.map(Self.stem)
    let slices = stems.compactMap(Self.slice)
    origins = slices.count == stems.count ? slices : stems.map { Origin(track: $0, slice: 0) }
  }

  /// The name without the extension of an audio file.
  private static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex,
      name[name.index(after: dot)...].contains(where: \.isLetter)
    else { return name }
    return String(name[..<dot])
  }

  /// `blues.00000.3` as slice 3 of `blues.00000`; nil where what follows the last dot is no number
  /// as slices have it, without leading zeros.
  private static func slice(_ stem: String) -> Origin? {
    guard let dot = stem.lastIndex(of: "."), dot != stem.startIndex else { return nil }
    let digits = stem[stem.index(after: dot)...]
    guard let number = Int(digits), number >= 0, String(number) == digits else { return nil }
    return Origin(track: String(stem[..<dot]), slice: number)
  }
}
