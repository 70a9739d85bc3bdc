import Corpus

/// A command of the `lathe` program that the service runs for somebody.
struct Job: Sendable, Hashable, Codable {
  /// How far it has come.
  enum State: String, Sendable, Hashable, Codable {
    /// It waits for its turn.
    case queued
    case running
    /// It ended well: with 0, or with 3, where files are in quarantine.
    case done
    case failed
    /// Somebody ended it.
    case cancelled
    /// The service ended under it, and it cannot be gone on with by itself.
    case interrupted
  }

  /// Its number, from 1 in the order of asking.
  let id: Int
  let kind: String
  /// What was asked for, by field.
  let fields: [String: String]
  /// What the program is given; paths are under the root.
  let arguments: [String]
  var state = State.queued
  /// How the program ended.
  var exitCode: Int?
  /// How it ended, in words, where that is not its exit code.
  var detail: String?
  /// How often it was begun: a service that is ended under a job begins it again.
  var starts = 0
  /// When it was asked for, begun and ended, as RFC 3339 has it.
  let asked: String
  var began: String?
  var ended: String?

  var isOver: Bool { state != .queued && state != .running }

  /// The job as it is answered.
  func json(progress: (done: Int, total: Int)?) -> JSONValue {
    .object([
      "id": .count(id), "kind": .string(kind),
      "fields": .object(fields.mapValues(JSONValue.string)), "arguments": .texts(arguments),
      "state": .string(state.rawValue),
      "exit_code": exitCode.map(JSONValue.count) ?? .null, "detail": .text(detail),
      "starts": .count(starts), "asked": .string(asked), "began": .text(began),
      "ended": .text(ended),
      "progress": progress.map {
        .object(["done": .count($0.done), "total": .count($0.total)])
      } ?? .null,
    ])
  }
}
