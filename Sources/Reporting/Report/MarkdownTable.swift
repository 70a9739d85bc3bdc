import Wording

/// Tables in Markdown.
enum MarkdownTable {
  /// A table of plain text.
  static func text(_ titles: [String], words: Int, _ rows: [[String]]) -> String {
    lines(titles, words: words, rows.map { $0.map(escaped) })
  }

  /// A table of cells that are Markdown already.
  static func lines(_ titles: [String], words: Int, _ rows: [[String]]) -> String {
    let rule = titles.indices.map { $0 < words ? "---" : "---:" }
    return ([titles, rule] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  /// Text that Markdown shows as it is.
  static func escaped(_ text: String) -> String {
    PlainText.line(text).spelling { scalar in
      switch scalar {
      case "\\", "|", "*", "_", "`", "[", "]", "#": "\\\(scalar)"
      case "<": "&lt;"
      case "&": "&amp;"
      default: nil
      }
    }
  }
}
