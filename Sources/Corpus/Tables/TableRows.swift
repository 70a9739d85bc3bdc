import Wording

/// The rows of a table by the names of their columns.
struct TableRows {
  private var reader: CSVReader
  private var row: CSVReader.Row?
  private var columns: [String: Int] = [:]
  private var width = 0

  /// - Parameter names: what columns are called in this table, by what they are called here.
  init(
    _ csv: [UInt8], layout: DatasetLayout, names: [String: String] = [:]
  ) throws(ManifestError) {
    reader = try CSVReader(csv)
    var headers: [CSVReader.Row] = []
    while headers.count < layout.headerRows, let header = try reader.next() {
      headers.append(header)
    }
    guard headers.count == layout.headerRows else {
      throw reader.error(
        .badTable, 1, "has no row that names the columns", hint: "check that it is the right file")
    }
    width = headers[0].fields.count
    for index in 0..<width {
      var parts: [String] = []
      for header in headers {
        if let text = try reader.text(header, index) { parts.append(text) }
      }
      let name = parts.joined(separator: ".")
      if name.isEmpty { continue }
      if columns.updateValue(index, forKey: name) != nil {
        throw reader.error(
          .badTable, headers[0].line, "names the column \(NameRules.quoted(name)) twice",
          hint: "rename one of the two")
      }
    }
    let there = columns
    for (own, name) in names {
      columns[own] = there[name]
      // A column that stands for another is not itself any more.
      if names[name] == nil, own != name { columns[name] = nil }
    }
    let hasSeveral = there[names["labels"] ?? "labels"] != nil
    let isNamedByID = there[names["id"] ?? "id"] != nil
    let own = layout.requiredColumns.filter {
      !(layout == .csv && (($0 == "label" && hasSeveral) || ($0 == "path" && isNamedByID)))
    }
    let needed = own.map { names[$0] ?? $0 } + names.values
    if let name = needed.first(where: { there[$0] == nil }) {
      let list = there.keys.sorted(by: ByteOrder.precedes).prefix(12).map(NameRules.quoted)
      throw reader.error(
        .badTable, headers[0].line, "names no column \(NameRules.quoted(name))",
        hint: layout == .csv
          ? "it has \(list.joined(separator: ", ")); say which is which with --columns, such as label=genre,path=file"
          : "check that the file is a table of the layout \(layout.rawValue)")
    }
  }

  /// The line on which the row begins, from 1.
  var line: Int { row?.line ?? 0 }

  /// Goes to the next row; false where there is none.
  mutating func advance() throws(ManifestError) -> Bool {
    row = try reader.next()
    guard let row else { return false }
    if row.fields.count != width {
      throw error(
        "has \(Words.counted(row.fields.count, "field")) where the first row has \(width)")
    }
    return true
  }

  /// The row's text in a column; nil where it is empty or there is no such column.
  func text(_ column: String) throws(ManifestError) -> String? {
    guard let row, let index = columns[column] else { return nil }
    return try reader.text(row, index)
  }

  /// Whether there is a column.
  func has(_ column: String) -> Bool { columns[column] != nil }

  /// The row's text in a column that must have one.
  func required(_ column: String) throws(ManifestError) -> String {
    guard let text = try text(column) else { throw error("has nothing in the column \(column)") }
    return text
  }

  func error(
    _ detail: String, hint: String = "correct the row or remove it"
  ) -> ManifestError {
    reader.error(.badTable, line, detail, hint: hint)
  }
}

extension DatasetLayout {
  fileprivate var requiredColumns: [String] {
    switch self {
    case .folders, .csv, .mtgJamendo, .magnatagatune, .msd, .gtzan: ["path", "label"]
    case .esc50: ["filename", "fold", "category", "src_file"]
    case .urbansound8k: ["slice_file_name", "fsID", "fold", "class"]
    case .fma: ["track_id", "set.split", "set.subset", "track.genre_top", "artist.name"]
    }
  }
}
