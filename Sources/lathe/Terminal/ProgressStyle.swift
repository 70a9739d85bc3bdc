import Wording
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

  /// Progress with what a reader would have to work out.
  private struct Advance: Encodable {
    let done, total, quarantined: Int
    let audioSeconds, elapsedSeconds, tracksPerSecond: Double
    let remainingSeconds: Double?

    init(_ progress: PreparationProgress) {
      done = progress.done
      total = progress.total
      quarantined = progress.quarantined
      audioSeconds = progress.audioSeconds
      elapsedSeconds = progress.elapsed
      tracksPerSecond = progress.rate
      remainingSeconds = progress.remaining
    }
  }

  func report(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): put("began", overview)
    case .advanced(let progress): put("advanced", Advance(progress))
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

/// A bar that stays on one line of a terminal, however narrow.
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
      Output.draw(Self.line(progress, columns: Self.columns()))
      isDrawn = true
      if isLast { end() }
    }
  }

  /// Leaves the bar where it is: what is written next begins on a new line.
  func end() {
    if isDrawn { Output.endLine() }
    isDrawn = false
  }

  /// Bar and text within so many columns; a line that wraps could not be drawn over.
  static func line(_ progress: PreparationProgress, columns: Int) -> String {
    let text = progressText(progress)
    let width = min(24, columns - text.count - 2)
    guard width >= 4 else { return String(text.prefix(max(0, columns - 1))) }
    let filled = progress.total > 0 ? width * progress.done / progress.total : width
    return String(repeating: "━", count: filled) + String(repeating: "┄", count: width - filled)
      + " " + text
  }

  /// How wide the terminal is; 80 where that cannot be told.
  static func columns() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private func erase() {
    if isDrawn { Output.erase() }
    isDrawn = false
  }
}

private func announce(_ overview: PreparationPlan.Overview) {
  for warning in overview.warnings { Output.error("warning: \(Words.shown(warning))") }
  if overview.pending == 0, overview.reasons.isEmpty {
    Output.error("nothing to do: \(Words.tracks(overview.unchanged)) done already")
    return
  }
  for reason in overview.reasons { Output.error("to do: \(reason)") }
  if overview.unchanged > 0 {
    Output.error("done already: \(Words.tracks(overview.unchanged))")
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
