package import DataLoading
internal import Foundation
package import Safetensors

/// Where a training stands, beside what its trainer keeps: with that, all that exact resume needs.
package struct SessionState: Codable {
  /// Steps taken since the beginning.
  package var step = 0
  /// Epochs that have ended.
  var epochsDone = 0
  /// Where the loader goes on; nil at the very beginning.
  package var loader: LoaderState?
  /// Sums over the epoch that is under way.
  var sums = EpochSums()
  /// The best epoch so far, and what it was measured by.
  var bestEpoch: Int?
  var bestScore: Score?
  /// Seconds of all processes that worked on it.
  var seconds = 0.0

  /// The beginning.
  package init() {}

  /// Takes the epoch that just ended for the best where it is.
  /// - Parameter selection: how well the side that chooses was predicted; nil where no side
  ///   chooses.
  /// - Returns: whether it is the best so far.
  mutating func note(_ selection: SideMetrics?) -> Bool {
    if let selection {
      let score = Score(selection)
      if let best = bestScore, !score.isBetter(than: best) { return false }
      bestScore = score
    }
    // Without a side to choose by, the last epoch is the best: nothing else is known of it.
    bestEpoch = epochsDone
    return true
  }

  /// Refuses what no session has written.
  func check(_ subject: String) throws(TrainingError) {
    let isBegun = step > 0
    let counts = [step, epochsDone, sums.steps, sums.samples, sums.correct]
    guard counts.allSatisfy({ (0...1 << 48).contains($0) }), sums.steps <= step,
      sums.correct <= sums.samples, seconds.isFinite, seconds >= 0,
      bestEpoch.map({ (1...max(1, epochsDone)).contains($0) }) ?? true,
      isBegun == (loader != nil), loader.map({ $0.epoch == epochsDone }) ?? (epochsDone == 0)
    else {
      throw TrainingError(
        kind: .checkpoint, subject: subject, detail: "its counts contradict each other",
        hint: "it is damaged or was not written by lathe: train again into a new folder")
    }
  }

  /// What an epoch is compared by: larger is better, the first number that differs decides.
  struct Score: Codable, Equatable {
    /// How well labels are ranked, where a track may have several.
    var ranking: Double?
    var trackAccuracy: Double
    var sliceAccuracy: Double
    var loss: Double

    init(_ metrics: SideMetrics) {
      ranking = metrics.tags?.selectionScore
      trackAccuracy = metrics.trackAccuracy
      sliceAccuracy = metrics.sliceAccuracy
      loss = metrics.loss
    }

    func isBetter(than other: Score) -> Bool {
      (ranking ?? 0, trackAccuracy, sliceAccuracy, -loss) > (
        other.ranking ?? 0, other.trackAccuracy, other.sliceAccuracy, -other.loss
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

/// The file `state.safetensors`: weights under `weights.`, the other arrays that the trainer keeps
/// under `trainer.`, and as JSON in `session` where the training stands. The checksum is of all of
/// these.
package enum StateFile {
  private static let sessionName = "session"
  private static let schemaKey = "schema"
  private static let schema = "lathe.state/1"

  private struct Content: Codable {
    var session: SessionState
    /// The trainer's.
    var facts: [String: String]
  }

  package static func bytes(
    _ session: SessionState, weights: [Tensor], own: TrainerState
  ) throws(TrainingError) -> [UInt8] {
    let json = try RunJSON.encode(
      Content(session: session, facts: own.facts), subject: "state", pretty: false)
    let tensors =
      weights.map { $0.renamed("weights.\($0.name)") }
      + own.tensors.map { $0.renamed("trainer.\($0.name)") }
      + [Tensor(sessionName, shape: [json.count], json)]
    return try CheckpointFile.bytes(tensors, metadata: [schemaKey: schema])
  }

  /// Reads a state and gives the trainer what is the trainer's.
  package static func restore(
    _ path: String, to trainer: any Trainer
  ) throws(TrainingError) -> SessionState {
    let file = try TensorFile(reading: path)
    guard file.metadata[schemaKey] == schema, file.metadata["xxh3"] != nil,
      let json = file[sessionName]?.bytes
    else {
      throw TrainingError(
        kind: .checkpoint, subject: path, detail: "it is no state of a training",
        hint: "train again into a new folder")
    }
    let content = try RunJSON.decode(Content.self, from: json, subject: path)
    try content.session.check(path)
    try trainer.restore(weights: TensorFile(file.tensors(under: "weights."), path: path))
    try trainer.restore(
      state: TrainerState(tensors: file.tensors(under: "trainer."), facts: content.facts))
    return content.session
  }
}

/// What the end of an epoch left: all that its checkpoint and its state hold.
///
/// It is taken after every epoch, and written every few seconds: whatever goes wrong in the next
/// epoch, the last good weights are still there.
struct EpochSnapshot {
  private let weights: [Tensor]
  private let own: TrainerState
  private let session: SessionState
  private let facts: [String: String]

  init(of trainer: any Trainer, _ session: SessionState, _ record: RunRecord) {
    weights = trainer.weights()
    own = trainer.state()
    self.session = session
    facts = [
      "epoch": "\(session.epochsDone)", "format": "pt", "trainer": record.trainer,
      "labels": record.labels.joined(separator: ","),
    ]
  }

  /// The weights, as a file.
  func checkpoint() throws(TrainingError) -> [UInt8] {
    try CheckpointFile.bytes(weights, metadata: facts)
  }

  /// All of it, as a file.
  func state(seconds: Double) throws(TrainingError) -> [UInt8] {
    var session = session
    session.seconds = seconds
    return try StateFile.bytes(session, weights: weights, own: own)
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
