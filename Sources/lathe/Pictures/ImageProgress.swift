import Wording
import Foundation

/// Tells how many pictures are done: a bar on a terminal, a line now and then elsewhere.
final class ImageProgress {
  private struct Line: Encodable {
    let event = "advanced"
    let done, total, written: Int
    let elapsedSeconds: Double
  }

  private let style: ProgressStyle
  private let total: Int
  private let start = Date()
  private var last = Date.distantPast
  private var isDrawn = false

  init(_ style: ProgressStyle, total: Int) {
    self.style = style
    self.total = total
  }

  func advance(done: Int, written: Int) {
    let isBar = style == .auto && isatty(STDERR_FILENO) == 1
    let elapsed = Date().timeIntervalSince(start)
    guard done == total || Date().timeIntervalSince(last) >= (isBar ? 0.1 : 2) else { return }
    last = Date()
    switch style {
    case .none: return
    case .json:
      try? Output.json(Line(done: done, total: total, written: written, elapsedSeconds: elapsed))
    case .auto, .plain:
      var text = "\(Words.count(done))/\(Words.count(total)) pictures"
      if written > 0, elapsed > 0.2 {
        let rate = Double(written) / elapsed
        text += ", \(Words.count(Int(rate)))/s"
        if done < total { text += ", \(Words.duration(Double(total - done) / rate)) left" }
      }
      if isBar { Output.draw(text) } else { Output.error(text) }
      isDrawn = isBar
    }
  }

  /// Leaves the line where it is.
  func end() {
    if isDrawn { Output.endLine() }
    isDrawn = false
  }
}
