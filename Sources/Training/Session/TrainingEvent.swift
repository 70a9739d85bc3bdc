/// What a training reports while it runs.
public enum TrainingEvent: Sendable {
  /// It begins, or goes on after so many epochs.
  case began(RunRecord, epochsDone: Int)
  /// A step was taken; not every step is reported.
  case advanced(TrainingAdvance)
  /// An epoch has ended.
  case epochEnded(EpochRecord)
  /// It has ended.
  case ended(ResultRecord)
}

/// How far a training has come.
public struct TrainingAdvance: Sendable, Hashable, Codable {
  /// The epoch, from 1.
  public let epoch: Int
  /// How many epochs there will be at most.
  public let epochs: Int
  /// Steps of the epoch that are done.
  public let step: Int
  /// Steps that an epoch has.
  public let steps: Int
  /// The mean loss of the epoch so far.
  public let loss: Double
  /// The share of the epoch's samples that were labelled rightly so far.
  public let accuracy: Double
  /// Samples learnt from in a second.
  public let samplesPerSecond: Double
  /// Seconds to the end of the last epoch, evaluations not counted; nil while that cannot be
  /// estimated.
  public let remainingSeconds: Double?
}

/// Receives what happens in a training.
public protocol TrainingProgress {
  /// Takes an event; called by the thread that trains.
  func report(_ event: TrainingEvent)
}

/// Receives nothing.
public struct SilentTraining: TrainingProgress {
  /// Reports to nobody.
  public init() {}
  /// Does nothing.
  public func report(_ event: TrainingEvent) {}
}
