/// How wide text is on a terminal, and text that fits.
extension Words {
  /// The columns of a terminal that a text takes at most: two for wide characters (East Asian ones,
  /// emoji), none for combining ones. Terminals differ about sequences of emoji; this is what the
  /// widest of them shows.
  package static func columns(_ text: String) -> Int {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
    return text.reduce(0) { $0 + columns($1) }
  }

  /// A text of at most so many columns: where it is longer, its middle gives way to `…`, for the
  /// ends of a path say most. No character is taken apart.
  package static func fitted(_ text: String, columns limit: Int) -> String {
    if columns(text) <= limit { return text }
    if limit < 1 { return "" }
    let end = part(of: text.reversed(), columns: (limit - 1) / 2)
    let begin = part(of: text, columns: limit - 1 - columns(String(end)))
    return String(begin) + "…" + String(end.reversed())
  }

  /// The first characters that take at most so many columns.
  private static func part(of text: some Sequence<Character>, columns limit: Int) -> [Character] {
    var rest = limit
    return text.prefix { character in
      rest -= columns(character)
      return rest >= 0
    }
  }

  private static func columns(_ character: Character) -> Int {
    character.unicodeScalars.reduce(0) { sum, scalar in
      // A picture that is asked for in colour is as wide as one that has no other form.
      scalar.value == 0xFE0F ? max(sum, 2) : sum + columns(scalar)
    }
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // Vowels and final consonants of Hangul are drawn into the consonant before them.
    if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value)
      || scalar.properties.isDefaultIgnorableCodePoint
    {
      return 0
    }
    let isWide =
      scalar.properties.isEmojiPresentation
      || wideRanges.contains { $0.contains(scalar.value) }
    return isWide ? 2 : 1
  }

  /// The scalars that Unicode's EastAsianWidth.txt calls wide or fullwidth, in blocks; emoji are
  /// found by their own property.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3040...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE1F, 0xFE30...0xFE6F, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1D300...0x1D37F, 0x1F200...0x1F2FF,
    0x20000...0x3FFFD,
  ]
}
