public import Corpus
public import DataLoading
public import Training

/// What is chosen for a training, beside its samples and its trainer; what is left out is as the
/// trainer has it.
public struct RunChoices: Sendable, Hashable {
  /// A choice that a trainer has a usual value for.
  public enum Choice<Value: Sendable & Hashable>: Sendable, Hashable {
    /// As the trainer has it.
    case usual
    /// Not at all.
    case nothing
    /// This.
    case given(Value)

    /// The value, where the usual one is known.
    func value(usual: Value?) -> Value? {
      switch self {
      case .usual: usual
      case .nothing: nil
      case .given(let value): value
      }
    }
  }

  /// How many epochs at most, from 1.
  public var epochs: Int?
  /// Samples in a batch, from 1; no more are taken than there are.
  public var batchSize: Int?
  /// The seed of everything random.
  public var seed: UInt64 = 1
  /// Threads that compute, from 1; as many as there are processors, 8 at most, if nil.
  public var threads: Int?
  /// The options of the trainer, by name.
  public var options = TrainerOptions()
  /// Along which axis inputs are standardised by the training side.
  public var normalisation = Choice<SampleStatistics.Axis>.usual
  /// What is done to each training sample each time it is drawn.
  public var augmentation = Choice<Augmentation>.usual
  /// Epochs without a better one on the selection side after which it stops, from 1; nil for never.
  public var patience: Int?
  /// Of an external program: whether batches are written to its standard input.
  public var batches = ExternalTraining.Batches.none

  /// Everything as the trainer has it, with the seed 1.
  public init() {}
}
