/// A target as Package.swift declares it, read from the text: what a person reads in a review is
/// what is checked.
struct ManifestTarget {
  var kind: String
  var name: String
  var line: Int
  var dependencies: [(name: String, line: Int)]

  /// All `.target(…)`, `.executableTarget(…)`, `.testTarget(…)` and `.systemLibrary(…)`
  /// calls.
  static func targets(in text: String) -> [ManifestTarget] {
    let source = SourceText(text, keepsStrings: true).lines.joined(separator: "\n")
    let opening =
      #/\.(?<kind>target|executableTarget|testTarget|systemLibrary|macro|plugin)\s*\(/#
    return source.matches(of: opening).compactMap { match in
      let body = balanced(source[match.range.upperBound...], closing: ")")
      guard let name = body.firstMatch(of: #/\bname:\s*"(?<name>[^"]+)"/#) else { return nil }
      return ManifestTarget(
        kind: String(match.output.kind), name: String(name.output.name),
        line: line(of: match.range.lowerBound, in: source),
        dependencies: dependencies(of: body, in: source))
    }
  }

  /// The strings of the list after `dependencies:`. Of `.product(name: "A", package: "b")` only the
  /// name counts.
  private static func dependencies(
    of body: Substring, in source: String
  ) -> [(name: String, line: Int)] {
    guard let label = body.firstMatch(of: #/\bdependencies:\s*\[/#) else { return [] }
    let list = balanced(body[label.range.upperBound...], closing: "]")
    return list.matches(of: #/(?<label>\w+:\s*)?"(?<name>[^"]+)"/#).compactMap { match in
      if let label = match.output.label, !label.hasPrefix("name") { return nil }
      return (
        String(match.output.name), line(of: match.output.name.startIndex, in: source)
      )
    }
  }

  /// What lies before the bracket that closes the one before `text`.
  private static func balanced(_ text: Substring, closing: Character) -> Substring {
    let opening: Character = closing == ")" ? "(" : "["
    var depth = 1
    for index in text.indices {
      if text[index] == opening { depth += 1 }
      if text[index] == closing { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }

  private static func line(of index: String.Index, in source: String) -> Int {
    source[..<index].count { $0 == "\n" } + 1
  }
}
