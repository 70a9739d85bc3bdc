import Corpus
import FoundationEssentials

/// The closing table as files for other programs and for papers.
enum ResultFiles {
  /// The names of the files, in the order in which they are written.
  static let names = ["results.csv", "results.json", "results.md", "results.tex"]

  /// The files with their content.
  static func files(
    _ rows: [ResultRow], title: String
  ) throws(ReportError) -> [(name: String, bytes: [UInt8])] {
    let contents = [
      Array(csv(rows).utf8), try json(rows, title: title), Array(markdown(rows).utf8),
      Array(TeXTable.text(rows).utf8),
    ]
    return zip(names, contents).map { ($0, $1) }
  }

  // MARK: CSV

  static let columns = [
    "name", "mode", "trainer", "policy", "variant", "runs", "kind", "state", "slice_accuracy",
    "slice_accuracy_deviation", "track_accuracy", "track_accuracy_deviation",
    "track_accuracy_low", "track_accuracy_high", "macro_f1", "macro_f1_deviation", "tracks",
    "parameters", "seconds", "leaks", "leaked_share", "best", "leaked_recording_share",
    "shared_artist_share", "macro_average_precision", "micro_average_precision", "macro_roc_auc",
    "micro_roc_auc",
  ]

  /// A line a row: shares from 0 to 1, an empty field for what is not known, names as ``CSVField``
  /// has them.
  static func csv(_ rows: [ResultRow]) -> String {
    func number(_ value: Double?) -> String { value.map { $0.isFinite ? "\($0)" : "" } ?? "" }
    var lines = [columns.joined(separator: ",")]
    for row in rows {
      let result = ResultDocument.Row(row)
      let names = [result.name, result.mode, result.trainer, result.policy, result.variant]
      let fields = [
        "\(result.runs.count)", result.kind, CSVField.name(result.state),
        number(result.sliceAccuracy?.mean),
        number(result.sliceAccuracy?.deviation), number(result.trackAccuracy?.mean),
        number(result.trackAccuracy?.deviation), number(result.trackAccuracyInterval?.first),
        number(result.trackAccuracyInterval?.last), number(result.macroF1?.mean),
        number(result.macroF1?.deviation), result.tracks.map { "\($0)" } ?? "",
        result.parameters.map { "\($0)" } ?? "", number(result.seconds), "\(result.leaks)",
        number(result.leakedShare), "\(result.isBest)", number(result.leakedRecordingShare),
        number(result.sharedArtistShare), number(result.tags?.macroAveragePrecision?.mean),
        number(result.tags?.microAveragePrecision?.mean), number(result.tags?.macroROCAUC?.mean),
        number(result.tags?.microROCAUC?.mean),
      ]
      lines.append((names.map(CSVField.name) + fields).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: JSON

  /// Everything: each run of a row too, and its confusion matrices.
  static func json(_ rows: [ResultRow], title: String) throws(ReportError) -> [UInt8] {
    do {
      return try OrderedJSON.encode(ResultDocument(title: title, rows: rows), isPretty: true)
        + [UInt8(ascii: "\n")]
    } catch {
      throw ReportError(
        kind: .results, subject: "results.json", detail: "a number cannot be written: \(error)",
        hint: "leave out the run that it is of")
    }
  }

  // MARK: Markdown

  /// The table as the terminal shows it, the best row in bold.
  static func markdown(_ rows: [ResultRow]) -> String {
    func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
    let titles = ResultRow.titles(withTags: rows.haveTags)
    let rule = titles.indices.map { $0 < ResultRow.words ? "---" : "---:" }
    var lines = [line(titles), line(rule)]
    for row in rows {
      var cells = row.cells(withTags: rows.haveTags).map(escapedForMarkdown)
      if row.isBest {
        cells[row.bestCell] = "**\(cells[row.bestCell])**"
      }
      lines.append(line(cells))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escapedForMarkdown(_ text: String) -> String {
    var escaped = ""
    for character in PlainText.line(text) {
      if "\\|*_`[]#".contains(character) { escaped.append("\\") }
      switch character {
      case "<": escaped += "&lt;"
      case "&": escaped += "&amp;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
