import DatasetCache
import Foundation
import Preparation
import Wording

/// What a preparation shows a person: a bar that stays on one line of a terminal, or a line now and
/// then for logs, at most one every two seconds, and one at the end.
final class PreparationProgressText {
  private let isBar: Bool
  private let drawn = DrawnLine()
  private var last = Date.distantPast

  init(isBar: Bool) { self.isBar = isBar }

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): Self.lines(overview).forEach(Output.error)
    case .quarantined(let record):
      drawn.erase()
      Output.error(Self.line(record, columns: isBar ? Terminal.columns : nil))
    case .advanced(let progress):
      let isLast = progress.done == progress.total
      guard isLast || Date().timeIntervalSince(last) >= (isBar ? 0.1 : 2) else { return }
      last = Date()
      let bar = Self.bar(progress)
      if isBar { drawn.draw(bar) } else { Output.error(bar.plain) }
      if isLast { end() }
    }
  }

  func end() { drawn.end() }

  static func bar(_ progress: PreparationProgress) -> ProgressBar {
    var details = ["\(Words.fixed(progress.rate, 1)) tracks/s"]
    if let remaining = progress.remaining, progress.done < progress.total {
      details.append("\(Words.duration(remaining)) left")
    }
    if progress.quarantined > 0 {
      details.append("\(Words.count(progress.quarantined)) in quarantine")
    }
    return ProgressBar(
      done: progress.done, total: progress.total,
      count: "\(Words.count(progress.done))/\(Words.tracks(progress.total))", details: details)
  }

  /// A track that could not be used. Where the columns are known its path is cut, so that the line
  /// fits if it can: the summary has it whole.
  static func line(_ record: QuarantineRecord, columns: Int?) -> String {
    let path = Words.shown(record.path)
    let end = ": " + Words.shown(record.message)
    guard let columns else { return "quarantine: " + path + end }
    let room = columns - 1 - Words.columns("quarantine: " + end)
    return "quarantine: " + Words.fitted(path, columns: max(room, 24)) + end
  }

  /// What is going to be done, and why.
  static func lines(_ overview: PreparationPlan.Overview) -> [String] {
    var lines = overview.warnings.map { "warning: " + Words.shown($0) }
    if overview.pending == 0, overview.reasons.isEmpty {
      return lines + ["nothing to do: \(Words.tracks(overview.unchanged)) done already"]
    }
    lines += overview.reasons.map { "to do: " + Words.shown($0) }
    if overview.unchanged > 0 { lines.append("done already: \(Words.tracks(overview.unchanged))") }
    return lines
  }
}
