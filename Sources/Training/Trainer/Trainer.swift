public import DataLoading
public import Safetensors

/// What learns: takes batches, and says what it makes of them.
///
/// The loop around it (epochs, evaluation, checkpoints, records, resuming) is
/// ``TrainingSession``'s, so a trainer of one's own is these few functions and a ``TrainerKind``
/// that makes it:
///
/// ```swift
/// final class NearestMean: Trainer { … }
/// var registry = TrainerRegistry()
/// registry.add(TrainerKind("nearest-mean", views: ["features"]) { NearestMean($0) })
/// ```
///
/// It is used by one thread at a time.
public protocol Trainer: AnyObject {
  /// How many numbers are learnt; all of ``weights()`` if nothing else is said.
  var parameterCount: Int { get }

  /// Learns from a batch.
  ///
  /// - Parameters:
  ///   - batch: inputs, labels and, with mixup or where a sample may have several labels, label distributions.
  ///   - moment: where in the training this is.
  /// - Returns: the loss before the step, and how many samples were labelled rightly.
  /// - Throws: ``TrainingError``; a loss that is not finite need not be thrown, the session sees
  ///   it.
  func train(on batch: borrowing Batch, at moment: TrainingMoment) throws(TrainingError)
    -> StepResult

  /// Appends the probability of each label for each sample of a batch: `batch.count` rows of as
  /// many numbers as there are labels, which add up to 1; where a sample may have several labels, each is between 0 and 1.
  func predict(_ batch: borrowing Batch, into probabilities: inout [Float]) throws(TrainingError)

  /// What was learnt, under the names that the trainer's checkpoints have. What the best checkpoint
  /// holds, and what ``predict(_:into:)`` uses.
  func weights() -> [Tensor]

  /// Takes over what ``weights()`` gave.
  /// - Throws: ``TrainingError/Kind/checkpoint`` that names the tensor that is missing or of
  ///   another shape.
  func restore(weights: TensorFile) throws(TrainingError)

  /// Everything else that a training needs to go on exactly as if it had not been interrupted.
  func state() -> TrainerState

  /// Takes over what ``state()`` gave.
  func restore(state: TrainerState) throws(TrainingError)

  /// An epoch has ended, and this is what it came to; for schedules that watch the loss.
  func finishEpoch(_ result: EpochResult)
}

extension Trainer {
  /// All numbers of the weights.
  public var parameterCount: Int { weights().reduce(0) { $0 + $1.count } }
  /// Nothing but the weights.
  public func state() -> TrainerState { TrainerState() }
  /// Nothing to take over.
  public func restore(state: TrainerState) throws(TrainingError) {}
  /// Nothing changes.
  public func finishEpoch(_ result: EpochResult) {}
}

/// Where in a training a step is.
public struct TrainingMoment: Sendable, Hashable {
  /// How many steps came before.
  public let step: Int
  /// How many there will be if nothing stops them.
  public let steps: Int
  /// The epoch, from 1.
  public let epoch: Int

  /// A moment of these parts.
  public init(step: Int, steps: Int, epoch: Int) {
    self.step = step
    self.steps = steps
    self.epoch = epoch
  }
}

/// What a step came to.
public struct StepResult: Sendable, Hashable {
  /// The mean loss of the batch; 0 where there is none.
  public var loss: Double
  /// How many samples got their own label; of mixed ones, the label with the larger share; where they may
  /// have several labels, all of them and no other.
  public var correct: Int
  /// The learning rate of the step; 0 where there is none.
  public var learningRate: Double

  /// A result of these parts.
  public init(loss: Double = 0, correct: Int = 0, learningRate: Double = 0) {
    self.loss = loss
    self.correct = correct
    self.learningRate = learningRate
  }
}

/// What an epoch came to, as far as a trainer may act on it.
public struct EpochResult: Sendable, Hashable {
  /// The epoch, from 1.
  public let epoch: Int
  /// The mean loss of its steps.
  public let trainingLoss: Double
  /// The loss of the side that checkpoints are selected by; nil where there is none.
  public let selectionLoss: Double?

  /// A result of these parts.
  public init(epoch: Int, trainingLoss: Double, selectionLoss: Double?) {
    self.epoch = epoch
    self.trainingLoss = trainingLoss
    self.selectionLoss = selectionLoss
  }
}

/// What a trainer keeps beside its weights, such as the moments of its optimiser.
public struct TrainerState: Sendable {
  /// Arrays, under names of their own.
  public var tensors: [Tensor]
  /// Single facts.
  public var facts: [String: String]

  /// A state of these parts.
  public init(tensors: [Tensor] = [], facts: [String: String] = [:]) {
    self.tensors = tensors
    self.facts = facts
  }
}
