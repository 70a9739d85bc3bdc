internal import DataLoading
internal import Foundation
internal import Safetensors

/// Where a training stands, beside what its trainer keeps: with that, all that exact resume needs.
struct SessionState: Codable {
  /// Steps taken since the beginning.
  var step = 0
  /// Epochs that have ended.
  var epochsDone = 0
  /// Where the loader goes on; nil at the very beginning.
  var loader: LoaderState?
  /// Sums over the epoch that is under way.
  var sums = EpochSums()
  /// The best epoch so far, and what it was measured by.
  var bestEpoch: Int?
  var bestScore: Score?
  /// Seconds of all processes that worked on it.
  var seconds = 0.0

  /// What an epoch is compared by: larger is better, the first number that differs decides.
  struct Score: Codable, Equatable {
    var trackAccuracy: Double
    var sliceAccuracy: Double
    var loss: Double

    func isBetter(than other: Score) -> Bool {
      (trackAccuracy, sliceAccuracy, -loss) > (
        other.trackAccuracy, other.sliceAccuracy, -other.loss
      )
    }
  }
}

/// Sums over the steps of an epoch.
struct EpochSums: Codable {
  var steps = 0
  var samples = 0
  var correct = 0
  /// Losses, each times its number of samples.
  var loss = 0.0
  var trainSeconds = 0.0
  var loaderSeconds = 0.0
  var learningRate = 0.0

  mutating func add(_ result: StepResult, samples count: Int, seconds: Double, waited: Double) {
    steps += 1
    samples += count
    correct += result.correct
    loss += result.loss * Double(count)
    trainSeconds += seconds + waited
    loaderSeconds += waited
    learningRate = result.learningRate
  }

  var meanLoss: Double { loss / Double(max(1, samples)) }
  var accuracy: Double { Double(correct) / Double(max(1, samples)) }
  var samplesPerSecond: Double { trainSeconds > 0 ? Double(samples) / trainSeconds : 0 }
}

/// The file `state.safetensors`: weights under `weights.`, what else the trainer keeps under `trainer.`.
enum StateFile {
  private static let sessionKey = "session"
  private static let schemaKey = "schema"
  private static let schema = "lathe.state/1"

  static func bytes(
    _ session: SessionState, of trainer: any Trainer
  ) throws(TrainingError) -> [UInt8] {
    let own = trainer.state()
    let tensors =
      trainer.weights().map { $0.renamed("weights.\($0.name)") }
      + own.tensors.map { $0.renamed("trainer.\($0.name)") }
    var metadata = [
      schemaKey: schema,
      sessionKey: String(
        decoding: try RecordJSON.encode(session, subject: "state", pretty: false), as: UTF8.self),
    ]
    for (key, value) in own.facts { metadata["trainer.\(key)"] = value }
    return try CheckpointFile.bytes(tensors, metadata: metadata)
  }

  /// Reads a state and gives the trainer what is the trainer's.
  static func restore(
    _ path: String, to trainer: any Trainer
  ) throws(TrainingError) -> SessionState {
    let file = try TensorFile(reading: path)
    guard file.metadata[schemaKey] == schema, let json = file.metadata[sessionKey] else {
      throw TrainingError(
        kind: .checkpoint, subject: path, detail: "it is no state of a training",
        hint: "train again into a new folder")
    }
    let session = try RecordJSON.decode(SessionState.self, from: Array(json.utf8), subject: path)
    try trainer.restore(
      weights: TensorFile(file.tensors(under: "weights."), path: path, metadata: file.metadata))
    var facts: [String: String] = [:]
    for (key, value) in file.metadata where key.hasPrefix("trainer.") {
      facts[String(key.dropFirst("trainer.".count))] = value
    }
    try trainer.restore(
      state: TrainerState(tensors: file.tensors(under: "trainer."), facts: facts))
    return session
  }
}

/// A checkpoint as bytes.
enum CheckpointFile {
  static func bytes(
    _ tensors: [Tensor], metadata: [String: String]
  ) throws(TrainingError) -> [UInt8] {
    do {
      return try SafetensorsWriter(tensors: tensors, metadata: metadata).bytes()
    } catch {
      throw TrainingError(
        kind: .checkpoint, subject: "checkpoint", detail: "\(error)",
        hint: "give every tensor of the trainer a name of its own and the numbers of its shape")
    }
  }
}
