import Corpus
import FoundationEssentials

/// The closing table as files for other programs and for papers.
enum ResultFiles {
  /// The names of the files, in the order in which they are written.
  static let names = ["results.csv", "results.json", "results.md", "results.tex"]

  /// The files with their content, and three of each further table.
  static func files(
    _ rows: [ResultRow], title: String, comparisons: [PairedComparison], gaps: LeakGaps,
    tables: [TextTable]
  ) throws(ReportError) -> [(name: String, bytes: [UInt8])] {
    let document = ResultDocument(
      title: title, rows: rows, comparisons: comparisons, gaps: gaps)
    let contents = [
      Array(csv(rows).utf8), try json(document), Array(markdown(rows).utf8),
      Array(TeXTable.text(rows).utf8),
    ]
    return zip(names, contents).map { ($0, $1) }
      + tables.flatMap { table in
        [
          ("\(table.name).csv", Array(csv(table).utf8)),
          (
            "\(table.name).md",
            Array(MarkdownTable.text(table.titles, words: table.words, table.rows).utf8)
          ),
          (
            "\(table.name).tex",
            Array(TeXTable.text(table.titles, words: table.words, table.rows).utf8)
          ),
        ]
      }
  }

  private static func csv(_ table: TextTable) -> String {
    let lines = table.lines.map { line in
      (line[..<table.words].map(CSVField.name) + line[table.words...]).joined(separator: ",")
    }
    return ([table.columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
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
  static func json(_ document: ResultDocument) throws(ReportError) -> [UInt8] {
    do {
      return try OrderedJSON.encode(document, isPretty: true) + [UInt8(ascii: "\n")]
    } catch {
      throw ReportError(
        kind: .results, subject: "results.json", detail: "a number cannot be written: \(error)",
        hint: "leave out the run that it is of")
    }
  }

  // MARK: Markdown

  /// The table as the terminal shows it, the best row in bold.
  static func markdown(_ rows: [ResultRow]) -> String {
    let cells = rows.map { row in
      var cells = row.cells(withTags: rows.haveTags).map(MarkdownTable.escaped)
      if row.isBest {
        cells[row.bestCell] = "**\(cells[row.bestCell])**"
      }
      return cells
    }
    return MarkdownTable.lines(
      ResultRow.titles(withTags: rows.haveTags), words: ResultRow.words, cells)
  }
}
