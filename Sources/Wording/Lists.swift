/// Names and cells beside each other.
extension Words {
  /// The line of an error: what is wrong, and what to do about it where that is known.
  package static func fault(_ fault: String, hint: String) -> String {
    shown(hint.isEmpty ? fault : "\(fault); \(hint)")
  }

  /// The first of some names, and how many more there are.
  package static func list(_ names: [String], atMost limit: Int = 8) -> String {
    let first = names.prefix(limit).map { shown($0) }.joined(separator: ", ")
    let more = names.count - limit
    return first + (more > 0 ? " and \(count(more)) more" : "")
  }

  /// Lines of a table, columns as wide on a terminal as their widest cell; the first column to the
  /// left, the others to the right.
  package static func table(_ rows: [[String]]) -> [String] {
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { column < $0.count ? columns($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - columns(cell))
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
  }
}
