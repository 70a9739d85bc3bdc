import Foundation
import TestSupport
import Testing

/// A prepared collection that trainings read, made once; each test writes runs in a folder of its
/// own.
final class TrainingRuns: Sendable {
  private static let shared = Result { try TrainingRuns.prepared() }

  private static func prepared() throws -> Collection {
    let collection = try Collection(tracks: 24)
    let result = try collection.prepare("--progress", "none", "--split", "0.5,0.25,0.25")
    #expect(result.code == 0, "\(result.errors)")
    return collection
  }

  let collection: Collection
  private let temporary: TemporaryFolder
  var folder: String { temporary.path }

  init() throws {
    collection = try Self.shared.get()
    temporary = try TemporaryFolder()
  }

  var cache: String { collection.cache }
  func path(_ name: String) -> String { temporary.path(name) }

  /// The arguments of a small training.
  func arguments(_ name: String, epochs: Int = 3, _ more: [String] = []) -> [String] {
    ["train", "features", "--cache", cache, "--output", path(name)]
      + ["--epochs", "\(epochs)", "--set", "hidden=8", "--batch", "4", "--threads", "1"] + more
  }

  @discardableResult
  func train(_ name: String, epochs: Int = 3, _ more: String...) throws -> Program.Result {
    let result = try Program.start(
      arguments(name, epochs: epochs, ["--progress", "none"] + more), in: folder
    ).end()
    #expect(result.code == 0, "\(result.errors)")
    return result
  }

  func run(_ arguments: String...) throws -> Program.Result {
    try Program.start(arguments, in: folder).end()
  }

  /// The bytes of a file of a run.
  func file(_ run: String, _ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(path(run))/\(name)"))
  }

  /// Checkpoints and metrics but for times.
  func outcome(_ run: String) throws -> Outcome {
    let text = String(decoding: try file(run, "metrics.jsonl"), as: UTF8.self)
    return Outcome(
      best: try file(run, "best.safetensors"), last: try file(run, "last.safetensors"),
      metrics: text.replacing(/"[a-zA-Z]*(econds|PerSecond)":[^,}]*/, with: ""))
  }

  struct Outcome: Equatable {
    let best, last: Data
    let metrics: String
  }

  /// The files of the collection, and the label of each.
  var audio: [(path: String, label: String)] {
    (0..<24).map { index in
      let label = ["blues", "jazz"][index % 2]
      return ("\(collection.audio)/\(label)/t\(index).wav", label)
    }
  }
}

extension TrainingRuns {
  /// A manifest of the tracks t0 to t23, which publishes a split: the last eight to test.
  static func manifest(publishing name: String) -> String {
    let ids = (0..<24).map { "t\($0)" }
    func list(_ names: some Sequence<String>) -> String {
      names.map { "\"\($0)\"" }.joined(separator: ", ")
    }
    let tracks = ids.enumerated().map { index, id in
      let label = ["blues", "jazz"][index % 2]
      return #"{"id": "\#(id)", "path": "\#(label)/\#(id).wav", "label": "\#(label)"}"#
    }
    return """
      {"schema": "lathe.manifest/1", "name": "known", "version": "1", "labels": ["blues", "jazz"],
       "splits": {"\(name)": {"source": "a paper", "sides": {
         "train": [\(list(ids[..<16]))], "test": [\(list(ids[16...]))]}}},
       "tracks": [\(tracks.joined(separator: ", "))]}
      """
  }
}

/// The one line of an error that was expected.
func expectOneLine(
  _ result: Program.Result, code: Int32 = 1, _ words: String...,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let errors = result.errors
  #expect(
    result.code == code && !result.wasKilled, "\(errors)", sourceLocation: sourceLocation)
  #expect(
    errors.hasPrefix("lathe: ") && errors.filter { $0 == "\n" }.count == 1, "\(errors)",
    sourceLocation: sourceLocation)
  for word in words {
    #expect(errors.contains(word), "\(errors)", sourceLocation: sourceLocation)
  }
}
