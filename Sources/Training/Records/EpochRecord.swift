/// What an epoch came to: a line of `metrics.jsonl`.
public struct EpochRecord: Sendable, Hashable, Codable {
  /// How training went, measured on the batches as they were learnt from, augmentation included.
  public struct Training: Sendable, Hashable, Codable {
    /// Mean of the loss over samples; it may be no number in a run that diverged.
    public var loss: Double
    /// The share of samples that were predicted right.
    public var accuracy: Double

    /// Figures of these parts.
    public init(loss: Double, accuracy: Double) {
      self.loss = loss
      self.accuracy = accuracy
    }
  }

  /// The number of the epoch, from 1.
  public var epoch: Int
  /// How training went.
  public var train: Training
  /// How well sides were predicted after the epoch, by name.
  public var evaluations: [String: SideMetrics]
  /// The learning rate of the epoch's last step.
  public var learningRate: Double
  /// The whole epoch, evaluation included.
  public var seconds: Double
  /// Of these, training alone.
  public var trainSeconds: Double
  /// Of these, waiting for batches.
  public var loaderSeconds: Double
  /// Samples learnt from in a second of ``trainSeconds``.
  public var samplesPerSecond: Double
  /// Whether it is the best epoch so far.
  public var isBest: Bool

  /// A record of these parts.
  public init(
    epoch: Int, train: Training, evaluations: [String: SideMetrics] = [:],
    learningRate: Double = 0, seconds: Double = 0, trainSeconds: Double = 0,
    loaderSeconds: Double = 0, samplesPerSecond: Double = 0, isBest: Bool = false
  ) {
    self.epoch = epoch
    self.train = train
    self.evaluations = evaluations
    self.learningRate = learningRate
    self.seconds = seconds
    self.trainSeconds = trainSeconds
    self.loaderSeconds = loaderSeconds
    self.samplesPerSecond = samplesPerSecond
    self.isBest = isBest
  }

  func check(_ subject: String) throws(TrainingError) {
    guard epoch > 0 else { throw .record(subject, "the epoch is \(epoch)") }
    for (side, metrics) in evaluations { try metrics.check("\(subject), side \(side)") }
  }
}
