import Wording
import Foundation
import Reporting
import Training

/// Reports of runs as files and as lines.
enum RunReport {
  /// Writes the page of some run directories, its results and where asked for its figures, in the
  /// place of earlier ones.
  /// - Returns: the report, for ``lines(_:)``.
  static func write(
    _ paths: [String], to page: String, figures: String?, title: String = "Study"
  ) throws -> Report {
    let runs = try paths.map { try RunDirectory.contents(at: $0, withOutcomes: true) }
    let report = try Report(runs: runs, title: title)
    if let remark = boxes(in: runs) { Output.error(remark) }
    _ = try report.write(to: page, figures: figures, overwriting: true)
    return report
  }

  /// What is said where figures show boxes for the letters of a label; nil where they don't.
  static func boxes(in runs: [RunContents]) -> String? {
    let labels = Set(runs.flatMap(\.record.labels)).filter { !Canvas.hasShapes(for: $0) }.sorted()
    guard let first = labels.first else { return nil }
    return "no installed font has the letters of \(Words.counted(labels.count, "label")) such as "
      + "\(Words.quoted(first)), which are boxes in figures; Debian's package fonts-noto-cjk brings "
      + "Chinese, Japanese and Korean ones"
  }

  /// The closing table of a report, then what configurations differ by on the same tracks, and what
  /// leaks gain.
  static func lines(_ report: Report) -> [String] {
    let tables = [report.table] + report.furtherTables
    return Array(tables.map { Words.table($0.map { $0.map(Words.shown) }) }.joined(separator: [""]))
  }
}
