import Foundation
import Reporting
import Training

/// Reports of runs as files and as lines.
enum RunReport {
  /// Writes the page of some run directories, and where asked for its figures.
  static func write(
    _ paths: [String], to page: String, figures: String?, title: String = "Study"
  ) throws {
    let report = try Report(runs: try paths.map { try RunDirectory.contents(at: $0) }, title: title)
    try OutputFile.write(try report.html(), to: page)
    if let figures { _ = try write(report.figures(), to: figures) }
  }

  /// Writes figures as PNG and SVG into a folder; returns how many.
  static func write(
    _ figures: [(name: String, figure: any Reporting.Figure)], to folder: String
  ) throws -> Int {
    try OutputFile.makeFolder(folder)
    for (name, figure) in figures {
      try OutputFile.write(try figure.rendered(.png(scale: 2)), to: "\(folder)/\(name).png")
      try OutputFile.write(try figure.rendered(.svg), to: "\(folder)/\(name).svg")
    }
    return figures.count
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
