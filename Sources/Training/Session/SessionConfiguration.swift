public import Corpus
public import DataLoading

/// How a training is run, beside what it trains.
public struct SessionConfiguration: Sendable {
  /// How many epochs at most, 1 or more.
  public var epochs = 30
  /// Samples in a batch.
  public var batchSize = 64
  /// Keys the order of the samples and whatever the loader draws.
  public var seed: UInt64 = 1
  /// What makes the numbers comparable, on all sides.
  public var normalisation: Normalisation?
  /// What is done to training samples each time they are drawn.
  public var augmentation: Augmentation?
  /// In which proportion training samples come.
  public var sampling = Sampling.uniform
  /// Epochs without a better one on the selection side after which it stops, 1 or more; nil for
  /// never.
  public var patience: Int?
  /// Threads that fill batches. One keeps up with any of the networks here, and leaves the
  /// processors to them.
  public var loaderThreads = 1
  /// The state is saved at the end of an epoch where the last time is longer ago than this, and at
  /// the end.
  public var secondsBetweenStates = 5.0

  /// Thirty epochs of batches of 64.
  public init() {}

  /// Refuses what cannot be done with these samples, before anything is written.
  /// - Throws: ``TrainingError/Kind/configuration`` that names the field or the part of the
  ///   augmentation.
  public func check(for samples: any SampleSource) throws(TrainingError) {
    try check()
    var loading = loading(training: true)
    (loading.threads, loading.prefetch) = (0, 1)
    try inLoading { () throws(LoadingError) in
      try Loader(samples, configuration: loading).close()
    }
  }

  /// How samples are loaded: shuffled and augmented to train, in order and as they are to predict.
  func loading(training: Bool) -> LoaderConfiguration {
    var loading = LoaderConfiguration()
    loading.batchSize = batchSize
    loading.threads = loaderThreads
    loading.normalisation = normalisation
    loading.epochs = training ? epochs : 1
    guard training else { return loading }
    loading.seed = seed
    loading.sampling = sampling
    loading.augmentation = augmentation
    return loading
  }

  /// Refuses values out of their ranges; the loader refuses its own.
  func check() throws(TrainingError) {
    for (field, value) in [("epochs", epochs), ("patience", patience ?? 1)] where value < 1 {
      throw TrainingError(
        kind: .configuration, subject: field, detail: "\(value) cannot be done",
        hint: "give 1 or more")
    }
  }
}
