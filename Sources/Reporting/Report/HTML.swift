/// Pieces of HTML; all text that comes from elsewhere passes through ``text(_:)``.
package enum HTML {
  /// Text as content or as an attribute's value.
  package static func text(_ text: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      default:
        // Other control characters are not allowed in HTML, escaped or not.
        escaped.unicodeScalars.append(PlainText.isUnruly(scalar) ? "\u{FFFD}" : scalar)
      }
    }
    return escaped
  }

  /// A part of a table: rows under a line that goes across all columns, or under none.
  struct Part {
    var heading: String?
    var rows: [[String]]
  }

  /// A table whose columns after the first `words` hold numbers.
  static func table(
    _ head: [String], words: Int, class name: String = "", rows: [[String]]
  ) -> String {
    table(head, words: words, class: name, parts: [Part(rows: rows)])
  }

  /// The same in several parts. Each cell knows what its column is, since narrow screens show no
  /// head.
  static func table(
    _ head: [String], words: Int, class name: String = "", parts: [Part]
  ) -> String {
    let head = head.map(text)
    func style(_ index: Int) -> String { index < words ? "" : " class=\"n\"" }
    let titles = head.enumerated().map { "<th\(style($0)) scope=\"col\">\($1)</th>" }.joined()
    let bodies = parts.map { part in
      let heading = part.heading.map {
        "<tr class=\"part\"><th colspan=\"\(head.count)\" scope=\"rowgroup\">\(text($0))</th></tr>\n"
      }
      let rows = part.rows.map { row in
        let cells = row.enumerated().map { index, cell in
          "<td\(style(index)) data-title=\"\(head[index])\">\(cell)</td>"
        }
        return "<tr>\(cells.joined())</tr>\n"
      }
      return "<tbody>\n\(heading ?? "")\(rows.joined())</tbody>"
    }
    return """
      <div class="scroll"><table\(name.isEmpty ? "" : " class=\"\(name)\"")>
      <thead><tr>\(titles)</tr></thead>
      \(bodies.joined(separator: "\n"))</table></div>

      """
  }
}
