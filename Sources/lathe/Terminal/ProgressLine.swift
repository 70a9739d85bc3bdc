import Foundation
import Wording

/// One line of progress for programs, `lathe.progress/1`: see the article on the command line,
/// which has its fields.
struct ProgressLine<Value: Encodable>: Encodable {
  let schema = "lathe.progress/1"
  let runId = ProgressRun.id
  let time: String
  let verb: String
  let event: String
  let value: Value

  init(_ verb: String, _ event: String, _ value: Value, at time: Date = Date()) {
    self.verb = verb
    self.event = event
    self.value = value
    self.time = time.formatted(ProgressRun.timeStyle)
  }

  /// The line, its end included.
  func text() throws -> String { try Output.jsonText(self) }
}

/// What all lines of a process share.
enum ProgressRun {
  /// One a start of the program.
  static let id = UUID().uuidString.lowercased()

  /// RFC 3339 in UTC with milliseconds, `2026-11-29T07:03:21.123Z`.
  static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
