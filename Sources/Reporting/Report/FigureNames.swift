/// Names for files of what has a name for people.
struct FigureNames {
  private var taken: Set<String> = []

  /// A name of these words that was not given before: small letters of any script, digits and hyphens, at most
  /// 200 bytes; words of nothing else are left out.
  mutating func name(_ words: [String]) -> String {
    let parts = words.map(Self.plain).filter { !$0.isEmpty }
    // What the figure shows stands last, and is kept where names are long.
    let end = parts.last ?? "figure"
    let begin = Self.cut(
      parts.dropLast().joined(separator: "-"), to: 180 - min(end.utf8.count, 100))
    let wanted = begin.isEmpty ? Self.cut(end, to: 180) : "\(begin)-\(Self.cut(end, to: 100))"
    var name = wanted
    var number = 1
    while !taken.insert(name).inserted {
      number += 1
      name = "\(wanted)-\(number)"
    }
    return name
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

  /// As many letters from the begin as have so many bytes.
  private static func cut(_ text: String, to limit: Int) -> String {
    var text = text
    while text.utf8.count > limit { text.removeLast() }
    return text
  }
}
