import Wording

/// The closing table for LaTeX, with the rules of the package `booktabs`.
enum TeXTable {
  /// A `tabular`, and above it what must be loaded.
  static func text(_ rows: [ResultRow]) -> String {
    let titles = ResultRow.titles(withTags: rows.haveTags)
    let columns = titles.indices.dropLast().map { $0 < ResultRow.words ? "l" : "r" }
    var lines = [
      "% Needs \\usepackage{booktabs}. The best row that doesn't leak is bold.",
      "\\begin{tabular}{\(columns.joined())}", "\\toprule",
      line(titles.dropLast().map(escaped)), "\\midrule",
    ]
    for (index, row) in rows.enumerated() {
      if index > 0, row.leaks, !rows[index - 1].leaks {
        lines.append("\\midrule")
      }
      var cells = row.cells(withTags: rows.haveTags).dropLast().map(escaped)
      if row.isBest {
        cells[row.bestCell] = "\\textbf{\(cells[row.bestCell])}"
      }
      if row.leaks { cells[ResultRow.words - 1] += "\\textsuperscript{\(mark)}" }
      if row.group.trainedTestArtists?.note != nil {
        cells[ResultRow.words - 1] += "\\textsuperscript{\(artistMark)}"
      }
      lines.append(line(cells))
    }
    lines.append("\\bottomrule")
    let leaks = Set(rows.compactMap(\.group.trainedTestTracks.note)).sorted()
    let artists = Set(rows.compactMap(\.group.trainedTestArtists?.note)).sorted()
    for (mark, notes) in [(mark, leaks), (artistMark, artists)] where !notes.isEmpty {
      lines.append(
        "\\multicolumn{\(columns.count)}{l}{\\textsuperscript{\(mark)} "
          + "\(notes.map(escaped).joined(separator: "; "))}\\\\")
    }
    lines.append("\\end{tabular}")
    return lines.joined(separator: "\n") + "\n"
  }

  /// A table of plain text.
  static func text(_ titles: [String], words: Int, _ rows: [[String]]) -> String {
    let columns = titles.indices.map { $0 < words ? "l" : "r" }.joined()
    let lines =
      ["% Needs \\usepackage{booktabs}.", "\\begin{tabular}{\(columns)}", "\\toprule"]
      + [line(titles.map(escaped)), "\\midrule"] + rows.map { line($0.map(escaped)) }
      + ["\\bottomrule", "\\end{tabular}"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static let mark = "\\dag"
  private static let artistMark = "\\ddag"

  private static func line(_ cells: [String]) -> String { cells.joined(separator: " & ") + " \\\\" }

  /// Text that LaTeX sets as it is.
  static func escaped(_ text: String) -> String {
    PlainText.line(text).spelling { scalar in
      switch scalar {
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "&", "%", "$", "#", "_", "{", "}": "\\\(scalar)"
      case "±": "$\\pm$"
      case "×": "$\\times$"
      case "−": "$-$"
      case "∞": "$\\infty$"
      case "–": "--"
      case "…": "\\dots{}"
      default: nil
      }
    }
  }
}
