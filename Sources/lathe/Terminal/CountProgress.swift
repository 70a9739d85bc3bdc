import Foundation
import Wording

/// Shows how many of something are done, such as pictures: a bar on a terminal, a line now and then
/// elsewhere.
final class CountProgress {
  private struct Advance: Encodable {
    let done, total, written: Int
    let elapsedSeconds: Double
  }

  private let report: ProgressReport
  private let total: Int
  private let noun: String
  private let start = Date()
  private let drawn = DrawnLine()
  private var last = Date.distantPast

  /// - Parameter noun: what is counted, in the singular.
  init(_ report: ProgressReport, total: Int, of noun: String) {
    self.report = report
    self.noun = noun
    self.total = total
  }

  func advance(done: Int, written: Int) {
    let isBar = report.style.isBar
    let elapsed = Date().timeIntervalSince(start)
    guard done == total || Date().timeIntervalSince(last) >= (isBar ? 0.1 : 2) else { return }
    last = Date()
    report.put(
      "advanced",
      Advance(done: done, total: total, written: written, elapsedSeconds: elapsed))
    guard [.auto, .plain].contains(report.style) else { return }
    var details: [String] = []
    if written > 0, elapsed > 0.2 {
      let rate = Double(written) / elapsed
      if done < total { details.append("\(Words.duration(Double(total - done) / rate)) left") }
      details.append("\(Words.count(Int(rate)))/s")
    }
    let bar = ProgressBar(
      done: done, total: total,
      count: "\(Words.count(done))/\(Words.counted(total, noun))", details: details)
    if isBar { drawn.draw(bar) } else { Output.error(bar.plain) }
  }

  /// Leaves the line where it is.
  func end() { drawn.end() }
}
