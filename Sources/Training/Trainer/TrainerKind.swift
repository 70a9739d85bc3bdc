public import DataLoading
public import Corpus

/// A trainer by name, and how to make one.
public struct TrainerKind: Sendable {
  /// The name that `--trainer` takes.
  public let name: String
  /// The views that it is usually trained on, the most usual first.
  public let views: [String]
  /// What samples it takes, of whatever view; nil for any.
  public let input: TrainerInput?
  /// Whether it learns from samples that may have several labels: their batches have no label, but weights.
  public let takesTags: Bool
  /// One line for people.
  public let summary: String
  /// What is chosen where nothing is said.
  public let defaults: TrainingDefaults
  /// The options that it knows.
  public let options: [TrainerOption]
  /// Makes one.
  public let make: @Sendable (TrainerSetting) throws(TrainingError) -> any Trainer

  /// A kind of these parts.
  public init(
    _ name: String, views: [String], input: TrainerInput? = nil, takesTags: Bool = false,
    summary: String = "",
    defaults: TrainingDefaults = TrainingDefaults(), options: [TrainerOption] = [],
    make: @escaping @Sendable (TrainerSetting) throws(TrainingError) -> any Trainer
  ) {
    self.name = name
    self.views = views
    self.input = input
    self.takesTags = takesTags
    self.summary = summary
    self.defaults = defaults
    self.options = options
    self.make = make
  }

  /// Whether it takes samples of a shape.
  public func takes(_ shape: [Int], axes: [SampleAxis]) -> Bool {
    input?.takes(shape, axes: axes) ?? true
  }
}

/// What a training has where nothing else is asked for.
public struct TrainingDefaults: Sendable, Hashable {
  /// Epochs.
  public var epochs: Int
  /// Samples in a batch.
  public var batchSize: Int
  /// What the inputs are standardised by; nil for nothing.
  public var normalisation: SampleStatistics.Axis?
  /// What is done to each sample each time it is drawn.
  public var augmentation: Augmentation?

  /// Defaults of these parts.
  public init(
    epochs: Int = 30, batchSize: Int = 64, normalisation: SampleStatistics.Axis? = nil,
    augmentation: Augmentation? = nil
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.normalisation = normalisation
    self.augmentation = augmentation
  }
}

/// An option of a trainer, for help and checks.
public struct TrainerOption: Sendable, Hashable {
  /// Its name.
  public let name: String
  /// Its value where none is given.
  public let standard: String
  /// What it does and which values it takes.
  public let help: String

  /// An option of these parts.
  public init(_ name: String, _ standard: String, _ help: String) {
    self.name = name
    self.standard = standard
    self.help = help
  }
}

/// What a trainer is made for.
public struct TrainerSetting: Sendable {
  /// The length of each axis of a sample.
  public var sampleShape: [Int]
  /// The names of the labels.
  public var labels: [String]
  /// Whether a sample may have any number of labels: each label's probability is one of its own then.
  public var isTagged: Bool
  /// How many training samples have each label.
  public var labelCounts: [Int]
  /// What will be learnt from, for what is fitted to it beforehand; nil where it will only predict.
  public var training: (any SampleSource)?
  /// What the loader does to every sample.
  public var normalisation: Normalisation?
  /// Keys everything random.
  public var seed: UInt64
  /// How many threads may work.
  public var threads: Int
  /// The most samples that a batch has.
  public var batchSize: Int
  /// The options given.
  public var options: TrainerOptions
  /// Whether it will only predict, so that nothing need be made ready for training.
  public var isForPrediction: Bool

  /// A setting of these parts.
  public init(
    sampleShape: [Int], labels: [String], isTagged: Bool = false,
    labelCounts: [Int] = [],
    training: (any SampleSource)? = nil, normalisation: Normalisation? = nil, seed: UInt64 = 1,
    threads: Int = 2, batchSize: Int = 64, options: TrainerOptions = TrainerOptions(),
    isForPrediction: Bool = false
  ) {
    self.sampleShape = sampleShape
    self.labels = labels
    self.isTagged = isTagged
    self.labelCounts = labelCounts
    self.training = training
    self.normalisation = normalisation
    self.seed = seed
    self.threads = threads
    self.batchSize = batchSize
    self.options = options
    self.isForPrediction = isForPrediction
  }
}

/// The trainers that can be named.
public struct TrainerRegistry: Sendable {
  /// All of them, in the order in which they were added.
  public private(set) var kinds: [TrainerKind] = []

  /// None.
  public init() {}

  /// Adds a kind, in place of an earlier one of its name.
  public mutating func add(_ kind: TrainerKind) {
    kinds.removeAll { $0.name == kind.name }
    kinds.append(kind)
  }

  /// The kind of a name.
  /// - Throws: ``TrainingError/Kind/configuration`` that lists those there are.
  public func kind(named name: String) throws(TrainingError) -> TrainerKind {
    if let kind = kinds.first(where: { $0.name == name }) { return kind }
    throw TrainingError(
      kind: .configuration, subject: "trainer '\(name)'", detail: "there is none of that name",
      hint: "give one of \(kinds.map(\.name).joined(separator: ", ")), or exec:COMMAND")
  }

  /// The kind that a view is trained with where none is named: one that is usually trained on a
  /// view of that name, else the first that takes such samples.
  ///
  /// - Parameters:
  ///   - view: the view's name.
  ///   - shape: the lengths of the axes of a sample.
  ///   - axes: what runs along them; empty where that is not known.
  public func standard(for view: String, shape: [Int], axes: [SampleAxis]) -> TrainerKind? {
    let fitting = kinds.filter { $0.takes(shape, axes: axes) }
    return fitting.first { $0.views.first == view } ?? fitting.first { $0.views.contains(view) }
      ?? fitting.first { $0.input != nil }
  }
}
