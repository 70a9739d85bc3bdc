/// Text as people read it in a line: names escaped, numbers written, near names found.
package enum Words {
  /// Text from elsewhere as it may stand in a line of a terminal, a message or a log.
  ///
  /// Control characters (line ends and terminal escapes among them), line and paragraph separators
  /// and everything that is not seen but changes what is seen (overrides of the direction of
  /// writing, zero-width spaces, tags) are spelt out as Swift does, `\n` and `\u{202E}`. Joiners
  /// and variation selectors stay where a script or an emoji needs them. Text that is shown already
  /// is left as it is.
  package static func shown(_ text: String) -> String {
    spelling(text, escape)
  }

  /// Text of several lines, all of them our own but for names within: line ends and tabs stay.
  package static func shownLines(_ text: String) -> String {
    spelling(text) { $0 == "\n" || $0 == "\t" ? nil : escape($0) }
  }

  /// JSON whose strings show what they hold: the same value, what is not seen as `\u202e`.
  package static func shownJSON(_ json: String) -> String {
    spelling(json) { scalar in
      if scalar == "\n" { return nil }
      return UTF16.encode(scalar)?.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }

  /// Text from elsewhere in quotes, cut where it is longer than `limit` characters.
  package static func quoted(_ text: String, atMost limit: Int = 80) -> String {
    let scalars = text.unicodeScalars
    let part = scalars.prefix(limit).reduce(into: "") { part, scalar in
      if scalar == "\"" || scalar == "\\" { part += "\\" }
      part.unicodeScalars.append(scalar)
    }
    return "\"" + shown(part) + (scalars.count > limit ? "…" : "") + "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\0": "\\0"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }

  /// A text with every scalar that must not be shown spelt anew; a spelling of nil keeps the
  /// scalar.
  private static func spelling(
    _ text: String, _ spell: (Unicode.Scalar) -> String?
  ) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    let scalars = Array(text.unicodeScalars)
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for (index, scalar) in scalars.enumerated() {
      let isShown =
        HiddenScalars.isPlain(scalar)
        || HiddenScalars.isNeeded(
          scalar, after: index > 0 ? scalars[index - 1] : nil,
          before: index + 1 < scalars.count ? scalars[index + 1] : nil)
      if !isShown, let spelt = spell(scalar) {
        result += spelt
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
