/// Text of others on a page or in a table.
enum PlainText {
  /// Whether a scalar would reach beyond its text: a control character, or an override of the
  /// direction of writing.
  static func isUnruly(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
  }

  /// The text in one line, unruly characters replaced.
  static func line(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnruly) else { return text }
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isBlank = scalar == "\n" || scalar == "\t" || scalar == "\r"
      line.append(isBlank ? " " : isUnruly(scalar) ? "\u{FFFD}" : scalar)
    }
    return String(line)
  }
}
