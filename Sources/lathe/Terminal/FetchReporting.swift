import Fetching
import Foundation
import Synchronization
import Wording

/// Reports on a fetch, to a person and to programs.
///
/// It is used on several threads; all of it but the lock is touched under the lock alone.
final class FetchReporting: @unchecked Sendable {
  private struct Received: Encodable {
    let file: String
    let bytes: Int
    let total: Int?
    let bytesPerSecond: Double
    let remainingSeconds: Double?
  }

  private struct Placed: Encodable {
    let source: String
    let done, total: Int
  }

  private struct Fault: Encodable {
    let code: String
    let message: String
    let seconds: Double?

    init(_ error: FetchError, seconds: Double? = nil) {
      code = error.kind.rawValue
      message = "\(error)"
      self.seconds = seconds
    }
  }

  private let lock = Mutex(())
  private let report: ProgressReport
  private let drawn = DrawnLine()
  private var last = Date.distantPast
  /// The file that comes, since when, and how much of it was there then.
  private var current = (title: "", start: Date(), bytes: 0)

  init(_ report: ProgressReport) { self.report = report }

  /// Hears of what happens.
  func hear(_ event: FetchEvent) { lock.withLock { _ in take(event) } }

  /// Leaves a bar where it is.
  func end() { lock.withLock { _ in drawn.end() } }

  private var isText: Bool { [.auto, .plain].contains(report.style) }

  private func take(_ event: FetchEvent) {
    switch event {
    case .began(let plan):
      report.put("began", plan)
      drawn.erase()
      if isText { FetchText.lines(plan).forEach(Output.error) }
    case .examined(let done, let total):
      show(isLast: false) {
        ProgressBar(
          title: "checking", done: done, total: total,
          count: "\(Words.count(done))/\(Words.tracks(total))")
      }
    case .received(let title, let bytes, let total): received(title, bytes, total)
    case .placed(let title, let done, let total):
      show(isLast: done == total) {
        report.put("placed", Placed(source: title, done: done, total: total))
        return ProgressBar(
          title: title, done: done, total: total,
          count: "\(Words.count(done))/\(Words.tracks(total))")
      }
    case .waiting(let error, let seconds):
      report.put("waiting", Fault(error, seconds: seconds))
      say("\(error.subject) \(error.detail); asked again in \(Words.duration(seconds))")
    case .leftMirror(let error):
      report.put("leftMirror", Fault(error))
      say("\(error.subject) \(error.detail); the next mirror is asked")
    case .leftSource(let title, let error):
      report.put("leftSource", Fault(error))
      say("\(title): \(error.detail)")
    case .lacks(let title, let tracks):
      report.put("lacks", Placed(source: title, done: 0, total: tracks))
      say("\(title) was here before and has none of the \(Words.tracks(tracks)) that are missing")
    case .stopped(let error): report.put("stopped", Fault(error))
    case .refused(let refusal):
      report.put("refused", refusal)
      say("not taken: \(refusal.path) \(refusal.reason)")
    }
  }

  private func received(_ title: String, _ bytes: Int, _ total: Int?) {
    if current.title != title || bytes < current.bytes { current = (title, Date(), bytes) }
    show(isLast: bytes == total) {
      let elapsed = Date().timeIntervalSince(current.start)
      let rate = elapsed > 0 ? Double(bytes - current.bytes) / elapsed : 0
      let left = total.flatMap { rate > 0 ? Double($0 - bytes) / rate : nil }
      report.put(
        "received",
        Received(
          file: title, bytes: bytes, total: total, bytesPerSecond: rate, remainingSeconds: left))
      var details = elapsed > 0.2 ? ["\(Words.bytes(Int(rate)))/s"] : []
      if let left, elapsed > 0.2, bytes != total { details.append("\(Words.duration(left)) left") }
      return ProgressBar(
        title: title, done: total == nil ? 0 : bytes, total: total ?? 1,
        count: Words.bytes(bytes) + (total.map { "/\(Words.bytes($0))" } ?? ""), details: details)
    }
  }

  /// Shows how far it is, if it is time for that.
  private func show(isLast: Bool, _ bar: () -> ProgressBar) {
    let isBar = report.style.isBar
    guard isLast || Date().timeIntervalSince(last) >= (isBar ? 0.1 : 2) else { return }
    last = Date()
    let bar = bar()
    guard isText else { return }
    if isBar { drawn.draw(bar) } else { Output.error(bar.plain) }
    if isLast { drawn.end() }
  }

  private func say(_ line: String) {
    guard isText else { return }
    drawn.erase()
    Output.error(line)
  }
}
