/// Pieces of HTML; all text that comes from elsewhere passes through ``text(_:)``.
enum HTML {
  /// Text as content or as an attribute's value.
  static func text(_ text: String) -> String {
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
        // Other control characters are not allowed in HTML, escaped or not; overrides of the direction of
        // writing would reach beyond their text.
        let isControl = scalar.properties.generalCategory == .control
        let isOverride =
          (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        escaped.unicodeScalars.append(isControl || isOverride ? "\u{FFFD}" : scalar)
      }
    }
    return escaped
  }

  /// A table whose columns after the first `words` hold numbers.
  static func table(
    _ head: [String], words: Int, class name: String = "", rows: [[String]]
  ) -> String {
    func cells(_ tag: String, _ values: [String]) -> String {
      values.enumerated().map { index, value in
        let scope = tag == "th" ? " scope=\"col\"" : ""
        return "<\(tag)\(index < words ? "" : " class=\"n\"")\(scope)>\(value)</\(tag)>"
      }.joined()
    }
    let body = rows.map { "<tr>\(cells("td", $0))</tr>\n" }.joined()
    return """
      <div class="scroll"><table\(name.isEmpty ? "" : " class=\"\(name)\"")>
      <thead><tr>\(cells("th", head.map(text)))</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }
}
