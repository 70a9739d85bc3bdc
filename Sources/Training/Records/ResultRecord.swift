import Wording

/// How a run ended, and how good its best checkpoint is: `result.json`.
public struct ResultRecord: Sendable, Hashable, Codable {
  /// The ways in which a run ends.
  public enum Status: String, Sendable, Hashable, Codable {
    /// All epochs are done.
    case finished
    /// No better epoch had come for as long as was asked.
    case stoppedEarly
    /// It was asked to stop; it can be resumed.
    case interrupted
    /// The loss was no number; the last good checkpoint is kept.
    case diverged
    /// It could not go on; see ``ResultRecord/message``.
    case failed

    /// Whether nothing is left to train.
    public var isWhole: Bool { self == .finished || self == .stoppedEarly }
  }

  /// How it ended.
  public var status: Status
  /// How many epochs are done.
  public var epochs: Int
  /// The epoch that `best.safetensors` is of; nil before the first.
  public var bestEpoch: Int?
  /// How long it took, all resumptions together.
  public var seconds: Double
  /// What went wrong, for people.
  public var message: String?
  /// How well the best checkpoint predicts each side, by name.
  public var evaluations: [String: SideEvaluation]

  /// A record of these parts.
  public init(
    status: Status, epochs: Int, bestEpoch: Int? = nil, seconds: Double, message: String? = nil,
    evaluations: [String: SideEvaluation] = [:]
  ) {
    self.status = status
    self.epochs = epochs
    self.bestEpoch = bestEpoch
    self.seconds = seconds
    self.message = message
    self.evaluations = evaluations
  }

  /// Checks what a reader relies on.
  /// - Throws: ``TrainingError`` `.run` that names the side.
  func check(_ subject: String, labels: Int) throws(TrainingError) {
    guard seconds.isFinite, (0...1e15).contains(seconds) else {
      throw .record(subject, "it took \(seconds) seconds")
    }
    guard epochs >= 0, bestEpoch.map({ 1...max(1, epochs) ~= $0 }) ?? true else {
      throw .record(
        subject, "\(Words.counted(epochs, "epoch")) cannot have a best one of \(bestEpoch ?? 0)")
    }
    for (side, evaluation) in evaluations {
      try evaluation.check("\(subject), side \(side)", labels: labels)
    }
  }
}
