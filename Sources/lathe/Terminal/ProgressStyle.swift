import ArgumentParser
import DatasetCache
import Foundation
import Preparation

/// How progress is shown.
enum ProgressStyle: String, CaseIterable, ExpressibleByArgument {
  /// A bar on a terminal, plain lines elsewhere.
  case auto
  /// A line every few seconds.
  case plain
  /// A JSON object a line on the standard output, the summary last.
  case json
  /// Nothing.
  case none

  /// The sink that shows it.
  func sink() -> any ProgressSink {
    switch self {
    case .auto where isatty(STDERR_FILENO) == 1: BarProgress()
    case .auto, .plain: PlainProgress()
    case .json: JSONProgress()
    case .none: SilentProgress()
    }
  }
}

/// Shows nothing.
struct SilentProgress: ProgressSink {
  func report(_ event: PreparationEvent) {}
}

/// One line an event, for programs.
struct JSONProgress: ProgressSink {
  private struct Line<Value: Encodable>: Encodable {
    let event: String
    let value: Value
  }

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): put("began", overview)
    case .advanced(let progress): put("advanced", progress)
    case .quarantined(let record): put("quarantined", record)
    }
  }

  func put(_ event: String, _ value: some Encodable) {
    try? Output.json(Line(event: event, value: value))
  }
}

/// A line now and then, for logs: at most one every two seconds, and one at the end.
final class PlainProgress: ProgressSink {
  private var last = Date.distantPast

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): announce(overview)
    case .quarantined(let record): announce(record)
    case .advanced(let progress):
      guard progress.done == progress.total || Date().timeIntervalSince(last) >= 2 else { return }
      last = Date()
      Output.error(progressText(progress))
    }
  }
}

/// A bar that stays on one line of a terminal.
final class BarProgress: ProgressSink {
  private var last = Date.distantPast
  private var isDrawn = false

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): announce(overview)
    case .quarantined(let record):
      erase()
      announce(record)
    case .advanced(let progress):
      let isLast = progress.done == progress.total
      guard isLast || Date().timeIntervalSince(last) >= 0.1 else { return }
      last = Date()
      let filled = progress.total > 0 ? 24 * progress.done / progress.total : 24
      let bar = String(repeating: "━", count: filled) + String(repeating: "┄", count: 24 - filled)
      Output.partialError("\r\u{1B}[K\(bar) \(progressText(progress))")
      isDrawn = true
      if isLast { Output.partialError("\n") }
    }
  }

  private func erase() {
    if isDrawn { Output.partialError("\r\u{1B}[K") }
    isDrawn = false
  }
}

private func announce(_ overview: PreparationPlan.Overview) {
  if overview.pending == 0 {
    Output.error("all \(Words.count(overview.tracks)) tracks are done already")
    return
  }
  for reason in overview.reasons { Output.error("to do: \(reason)") }
  if overview.unchanged > 0 {
    Output.error("\(Words.count(overview.unchanged)) tracks are done already")
  }
}

private func announce(_ record: QuarantineRecord) {
  Output.error("quarantine: \(record.path): \(record.message)")
}

private func progressText(_ progress: PreparationProgress) -> String {
  var text = "\(Words.count(progress.done))/\(Words.count(progress.total)) tracks"
  text += ", \(Words.fixed(progress.rate, 1)) tracks/s"
  if let remaining = progress.remaining, progress.done < progress.total {
    text += ", \(Words.duration(remaining)) left"
  }
  if progress.quarantined > 0 { text += ", \(progress.quarantined) in quarantine" }
  return text
}
