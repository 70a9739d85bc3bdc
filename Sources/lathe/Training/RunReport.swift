import Wording
import Foundation
import Reporting
import Training

/// Reports of runs as files and as lines.
enum RunReport {
  /// Writes the page of some run directories, its results and where asked for its figures, in the place of earlier
  /// ones.
  static func write(
    _ paths: [String], to page: String, figures: String?, title: String = "Study"
  ) throws {
    let report = try Report(runs: try paths.map { try RunDirectory.contents(at: $0) }, title: title)
    _ = try report.write(to: page, figures: figures, overwriting: true)
  }

  /// The closing table of some run directories.
  static func lines(_ paths: [String]) throws -> [String] {
    lines(try Report(runs: try paths.map { try RunDirectory.contents(at: $0) }))
  }

  /// The closing table of a report.
  static func lines(_ report: Report) -> [String] {
    Words.table(report.table.map { $0.map(Words.shown) })
  }
}
