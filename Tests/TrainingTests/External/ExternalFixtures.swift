import Corpus
import Foundation
import Safetensors

@testable import Training

/// A run of two labels and three sides, and shell scripts that pretend to train it.
final class ExternalRun: Sendable {
  let folder: RunFolder
  let directory: RunDirectory
  let source: TrainingSource

  /// - Parameter hasSelection: whether there is a side that the best epoch is chosen by.
  init(epochs: Int = 2, sampleLength: Int = 3, hasSelection: Bool = true) throws {
    folder = try RunFolder()
    var record = RunFixtures.record()
    record.trainer = "exec:fake"
    record.epochs = epochs
    record.batchSize = 4
    record.sampleShape = [sampleLength]
    record.normalisation = nil
    record.parameters = nil
    record.sides = .init(
      training: "train", selection: hasSelection ? "validation" : nil, test: "test")
    directory = try RunDirectory.create(at: folder.run, record: record)
    let test = try Self.samples("test", tracks: 10..<12, slices: 3, length: sampleLength)
    let validation = try Self.samples(
      "validation", tracks: 6..<8, slices: 2, length: sampleLength)
    source = try TrainingSource(
      training: try Self.samples("train", tracks: 0..<5, slices: 3, length: sampleLength),
      evaluated: (hasSelection ? [.init("validation", validation)] : []) + [.init("test", test)],
      selection: hasSelection ? "validation" : nil)
    for side in ["train", "validation", "test"] { try write(predictions(side), "\(side).good") }
    try write(Self.checkpoint([1, 2]), "weights.good")
  }

  /// Tracks of even numbers have label 0, of odd ones 1; a sample's numbers are track, slice, 0, 0,
  /// …
  static func samples(
    _ name: String, tracks: Range<Int>, slices: Int, length: Int
  ) throws -> MemorySamples {
    let rows = tracks.flatMap { track in
      (0..<slices).map { MemorySamples.Row(label: track % 2, track: track, slice: $0) }
    }
    return try MemorySamples(
      name: name, identity: name, shape: [length], labels: ["blues", "rock & \"roll\""],
      trackIDs: (0..<12).map { "track \($0)" }, rows: rows,
      values: rows.flatMap { row in
        (0..<length).map { $0 == 0 ? Float(row.track) : $0 == 1 ? Float(row.slice) : 0 }
      })
  }

  /// Right predictions of a side, in an order of their own; `change` makes others of them.
  func predictions(
    _ side: String, _ change: (inout [Float], inout [Int64], inout [Int64]) -> Void = { _, _, _ in }
  ) throws -> [UInt8] {
    let tracks = side == "train" ? 0..<5 : side == "validation" ? 6..<8 : 10..<12
    let count = side == "validation" ? 2 : 3
    var locations = tracks.flatMap { track in (0..<count).map { (track, $0) } }
    locations.reverse()
    var probabilities = locations.flatMap {
      $0.0 % 2 == 0 ? [0.75, 0.25] as [Float] : [0.25, 0.75]
    }
    var trackColumn = locations.map { Int64($0.0) }
    var sliceColumn = locations.map { Int64($0.1) }
    change(&probabilities, &trackColumn, &sliceColumn)
    return try SafetensorsWriter(tensors: [
      Tensor(
        "probabilities",
        shape: [trackColumn.count, probabilities.count / max(1, trackColumn.count)], probabilities),
      Tensor("tracks", shape: [trackColumn.count], trackColumn),
      Tensor("slices", shape: [sliceColumn.count], sliceColumn),
    ]).bytes()
  }

  static func checkpoint(_ values: [Float]) throws -> [UInt8] {
    try SafetensorsWriter(tensors: [Tensor("weight", shape: [values.count], values)]).bytes()
  }

  /// Writes a file beside the run.
  func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
  }

  /// What every script begins with: functions that do what a trainer must.
  private var prelude: String {
    """
    cd '\(folder.path)'
    put() { cp "$1" "$LATHE_RUN_DIR/$2"; }
    predict() { put "$1.good" "$1-$2.st"; echo '{"event":"predictions","epoch":'$2',"side":"'$1'","file":"'$1-$2.st'"}'; }
    epoch() { echo '{"event":"epoch","epoch":'$1',"train":{"loss":0.5,"accuracy":0.75}'$2'}'; }
    whole() { [ -z "$LATHE_SELECTION_SIDE" ] || predict validation $1; predict test $1; put weights.good w$1; epoch $1 ',"checkpoint":"w'$1'"'; }

    """
  }

  func training(
    _ script: String, batches: ExternalTraining.Batches = .none,
    limits: ExternalTraining.Limits = .init(),
    output: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> ExternalTraining {
    try ExternalTraining(
      command: prelude + script, run: directory, source: source, batches: batches, limits: limits,
      output: output)
  }

  /// The error that a script ends in; the result tells the same.
  func failure(
    _ script: String, batches: ExternalTraining.Batches = .none,
    limits: ExternalTraining.Limits = .init()
  ) throws -> TrainingError? {
    let training = try training(script, batches: batches, limits: limits)
    do throws(TrainingError) {
      _ = try training.run()
      return nil
    } catch {
      let result = try RunDirectory.contents(at: folder.run).result
      let isTold =
        result?.message == error.description
        && result?.status == (error.kind == .diverged ? .diverged : .failed)
      return isTold ? error : nil
    }
  }

  /// Whether the process that wrote its number to a file is gone.
  func isGone(_ name: String) throws -> Bool {
    let text = try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
    guard let id = Int32(text.split(separator: "\n").first ?? "") else { return false }
    // Whoever is killed is gone when the system next gives it a processor, not at once; and a zombie
    // whose new parent has yet to collect it is gone, too. It would end by itself after a minute.
    for _ in 0..<200 {
      let state = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ") Z"
      if state.split(separator: ")").last?.split(separator: " ").first == "Z" { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }
}
