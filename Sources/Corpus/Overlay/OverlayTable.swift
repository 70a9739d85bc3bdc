extension CollectionOverlay {
  private enum Column: String, CaseIterable {
    case track, labels, group, flag, exclude, author, time
  }

  /// The overlay as a table, a row a correction; several labels stand in one field with
  /// ``TrackTags/separator`` between them, and names are guarded as in every table that is exported.
  public var csv: String {
    let head = Column.allCases.map(\.rawValue)
    let rows = corrections.map { correction in
      Column.allCases.map { column -> String in
        switch column {
        case .track: CSVField.name(correction.track)
        case .labels:
          CSVField.name(correction.labels?.joined(separator: TrackTags.separator) ?? "")
        case .group: CSVField.name(correction.group ?? "")
        case .flag: CSVField.name(correction.flag ?? "")
        case .exclude: correction.excludes.map { "\($0)" } ?? ""
        case .author: CSVField.name(correction.author ?? "")
        case .time: CSVField.name(correction.time ?? "")
        }
      }
    }
    return ([head] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// Reads such a table: the columns in any order, without those that nobody needs.
  static func table(_ csv: [UInt8]) throws -> CollectionOverlay {
    var reader = try CSVReader(csv)
    guard let header = try reader.next() else {
      throw reader.error(
        .badTable, 1, "has no row that names the columns", hint: "check that it is the right file")
    }
    var columns: [Column: Int] = [:]
    for index in header.fields.indices {
      let name = try reader.text(header, index) ?? ""
      guard let column = Column(rawValue: name) else {
        throw reader.error(
          .badTable, header.line, "names a column \(NameRules.quoted(name)) that overlays lack",
          hint: "they have \(Column.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      if columns.updateValue(index, forKey: column) != nil {
        throw reader.error(
          .badTable, header.line, "names the column \(name) twice", hint: "rename one of the two")
      }
    }
    guard columns[.track] != nil else {
      throw reader.error(
        .badTable, header.line, "names no column \"track\"", hint: "give the ids of the tracks")
    }
    var corrections: [Correction] = []
    while let row = try reader.next() {
      func text(_ column: Column) throws(ManifestError) -> String? {
        guard let index = columns[column] else { return nil }
        return try reader.text(row, index).map(CSVField.unguarded)
      }
      guard let track = try text(.track) else {
        throw reader.error(
          .badTable, row.line, "names no track", hint: "correct the row or remove it")
      }
      let excludes: Bool?
      switch try text(.exclude) {
      case nil: excludes = nil
      case "true": excludes = true
      case "false": excludes = false
      case let other?:
        throw reader.error(
          .badTable, row.line, "has \(NameRules.quoted(other)) in the column exclude",
          hint: "give true or false, or nothing")
      }
      let correction = Correction(
        track: track, labels: try text(.labels).map { TrackTags(ofLine: $0).names },
        group: try text(.group), flag: try text(.flag), excludes: excludes,
        author: try text(.author), time: try text(.time))
      // The rules of texts are those of the JSON form.
      corrections.append(
        try Correction.form.read(correction.json, at: "line \(row.line)"))
    }
    return CollectionOverlay(corrections)
  }
}
