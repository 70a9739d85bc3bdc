import Files

/// Names for files of what has a name for people.
struct FigureNames {
  private var names = SafeFileNames(limit: 200)
  private var counts: [String: Int] = [:]

  /// A name of these words that was not given before: small letters of any script, digits and
  /// hyphens, at most 200 bytes; words of nothing else are left out. The same words get `-2`, `-3`
  /// and so on.
  mutating func name(_ words: [String]) -> String {
    let parts = words.map(Self.plain).filter { !$0.isEmpty }
    // What the figure shows stands last, and is kept where names are long.
    let end = parts.last ?? "figure"
    let begin = SafeFileNames.cut(
      parts.dropLast().joined(separator: "-"), to: 180 - min(end.utf8.count, 100))
    let wanted =
      begin.isEmpty
      ? SafeFileNames.cut(end, to: 180) : "\(begin)-\(SafeFileNames.cut(end, to: 100))"
    let count = counts[wanted, default: 0] + 1
    counts[wanted] = count
    return names.name(for: count == 1 ? wanted : "\(wanted)-\(count)")
  }

  private static func plain(_ text: String) -> String {
    var name = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars {
      let isPlain =
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
          .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
          true
        default: false
        }
      if isPlain {
        name.append(scalar)
      } else if !name.isEmpty, name.last != "-" {
        name.append("-")
      }
    }
    return String(name.last == "-" ? String.UnicodeScalarView(name.dropLast()) : name)
  }
}
