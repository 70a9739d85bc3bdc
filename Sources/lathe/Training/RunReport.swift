import Wording
import Foundation
import Reporting
import Training

/// Reports of runs as files and as lines.
enum RunReport {
  /// Writes the page of some run directories, its results and where asked for its figures, in the
  /// place of earlier ones.
  static func write(
    _ paths: [String], to page: String, figures: String?, title: String = "Study"
  ) throws {
    let runs = try paths.map { try RunDirectory.contents(at: $0) }
    let report = try Report(runs: runs, title: title)
    if let remark = boxes(in: runs) { Output.error(remark) }
    _ = try report.write(to: page, figures: figures, overwriting: true)
  }

  /// The closing table of some run directories.
  static func lines(_ paths: [String]) throws -> [String] {
    lines(try Report(runs: try paths.map { try RunDirectory.contents(at: $0) }))
  }

  /// What is said where figures show boxes for the letters of a label; nil where they don't.
  static func boxes(in runs: [RunContents]) -> String? {
    let labels = Set(runs.flatMap(\.record.labels)).filter { !Canvas.hasShapes(for: $0) }.sorted()
    guard let first = labels.first else { return nil }
    return "no installed font has the letters of \(Words.counted(labels.count, "label")) such as "
      + "\(Words.quoted(first)), which are boxes in figures; Debian's package fonts-noto-cjk brings "
      + "Chinese, Japanese and Korean ones"
  }

  /// The closing table of a report.
  static func lines(_ report: Report) -> [String] {
    Words.table(report.table.map { $0.map(Words.shown) })
  }
}
