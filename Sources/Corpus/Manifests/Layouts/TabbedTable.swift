import Wording

/// The lines of a table whose fields are separated by tabs, or by another text, as several datasets come.
///
/// A byte order mark, empty lines and lines that begin with `#` are passed over; a field may stand in quotes as a
/// whole, which are taken off.
struct TabbedTable {
  /// A line with its number in the file, from 1.
  struct Row {
    let line: Int
    let fields: [String]
  }

  let rows: [Row]
  private let file: String

  /// - Parameters:
  ///   - bytes: the file.
  ///   - file: what to call it in messages.
  init(_ bytes: [UInt8], file: String, separator: String = "\t") throws(ManifestError) {
    if bytes.count > DatasetLayout.maximumTableBytes {
      throw ManifestError(
        .tooLarge, at: file,
        "has \(bytes.count) bytes, more than \(DatasetLayout.maximumTableBytes)",
        hint: "check that it is the table of a dataset", operation: "read table")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ManifestError(
        .notUTF8, at: file, "is not UTF-8 text", hint: "save the table as UTF-8",
        operation: "read table")
    }
    var rows: [Row] = []
    var number = 0
    let content = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    for line in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      if line.isEmpty || line.hasPrefix("#") { continue }
      let fields = line.split(separator: separator, omittingEmptySubsequences: false)
      rows.append(Row(line: number, fields: fields.map(Self.unquoted)))
    }
    self.rows = rows
    self.file = file
  }

  private static func unquoted(_ field: Substring) -> String {
    let text = field.trimmed
    guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  /// Where each column is, by the names in the first row.
  ///
  /// - Throws: ``ManifestError`` where one of the needed is not there.
  func columns(_ needed: [String]) throws(ManifestError) -> [String: Int] {
    guard let header = rows.first else { throw error(1, "has no row that names the columns") }
    let indices = Dictionary(
      header.fields.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    if let missing = needed.first(where: { indices[$0] == nil }) {
      throw error(header.line, "names no column \(NameRules.quoted(missing))")
    }
    return indices
  }

  /// The field of a row, which must be there and not empty.
  func field(_ row: Row, _ index: Int, _ name: String) throws(ManifestError) -> String {
    guard row.fields.indices.contains(index), !row.fields[index].isEmpty else {
      throw error(row.line, "has no \(name)")
    }
    return row.fields[index]
  }

  func error(_ line: Int, _ detail: String) -> ManifestError {
    ManifestError(
      .badTable, at: "\(file), line \(line)", detail, hint: "correct the line or remove it",
      operation: "read table")
  }
}
