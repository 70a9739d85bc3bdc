import Wording

/// How well a side of a split was predicted.
public struct SideMetrics: Sendable, Hashable, Codable {
  /// Mean over slices of −log of the true label's probability (natural logarithm); where a track may have several
  /// labels, the mean over slices and labels of binary cross-entropy.
  public var loss: Double
  /// The share of slices that were predicted right: all labels, where a track may have several, each taken for its
  /// own from a probability of a half on (`sklearn.metrics.accuracy_score`).
  public var sliceAccuracy: Double
  /// The share of tracks that were predicted right by the vote of their slices; all labels, where a track may have several.
  public var trackAccuracy: Double
  /// ``trackAccuracy``'s interval at 95 % (Wilson): its lower and upper end.
  public var trackInterval: [Double]
  /// The mean of F1 over labels, of tracks; see ``ConfusionMatrix/macroF1``.
  public var macroF1: Double
  /// How well labels were ranked; nil where each track has one label.
  public var tags: TagMetrics?
  /// How many slices were predicted.
  public var slices: Int
  /// How many tracks they are of.
  public var tracks: Int

  /// Metrics of these parts.
  public init(
    loss: Double, sliceAccuracy: Double, trackAccuracy: Double, trackInterval: [Double],
    macroF1: Double, tags: TagMetrics? = nil, slices: Int, tracks: Int
  ) {
    self.loss = loss
    self.sliceAccuracy = sliceAccuracy
    self.trackAccuracy = trackAccuracy
    self.trackInterval = trackInterval
    self.macroF1 = macroF1
    self.tags = tags
    self.slices = slices
    self.tracks = tracks
  }

  /// Checks that the numbers can be what they say.
  func check(_ subject: String) throws(TrainingError) {
    let shares = [sliceAccuracy, trackAccuracy, macroF1] + trackInterval
    guard shares.allSatisfy({ (0...1).contains($0) }) else {
      throw .record(subject, "a share is not between 0 and 1")
    }
    guard trackInterval.count == 2, trackInterval[0] <= trackInterval[1] else {
      throw .record(subject, "trackInterval is not a lower and an upper end")
    }
    try tags?.check(subject)
    // Beyond 2^53 shares of a count would be rounded, and no side is that large.
    guard slices >= 0, slices <= 1 << 53, tracks >= 0, tracks <= slices else {
      throw .record(
        subject, "\(Words.counted(tracks, "track")) cannot have \(Words.counted(slices, "slice"))")
    }
  }
}

/// How well a side was predicted, and what was taken for what.
public struct SideEvaluation: Sendable, Hashable, Codable {
  /// The metrics.
  public var metrics: SideMetrics
  /// Of tracks; of no labels where a track may have several.
  public var trackConfusion: ConfusionMatrix
  /// Of slices; likewise.
  public var sliceConfusion: ConfusionMatrix
  /// How well each label was ranked; nil where each track has one label.
  public var tags: TagScores?
  /// What each track was taken for, in the order of their ids; none where a track may have several
  /// labels. They are no part of the JSON: a run keeps them in ``RunDirectory/File/predictions``.
  public var outcomes: [TrackOutcome] = []

  private enum CodingKeys: String, CodingKey {
    case metrics, trackConfusion, sliceConfusion, tags
  }

  /// An evaluation of these parts.
  public init(
    metrics: SideMetrics, trackConfusion: ConfusionMatrix, sliceConfusion: ConfusionMatrix,
    tags: TagScores? = nil, outcomes: [TrackOutcome] = []
  ) {
    self.metrics = metrics
    self.trackConfusion = trackConfusion
    self.sliceConfusion = sliceConfusion
    self.tags = tags
    self.outcomes = outcomes
  }

  /// Checks what a reader relies on.
  /// - Parameter labels: how many labels the run has.
  func check(_ subject: String, labels: Int) throws(TrainingError) {
    try metrics.check(subject)
    try tags?.check(subject, labels: labels)
    // Where a track may have several labels, none is taken for another.
    for matrix in [trackConfusion, sliceConfusion]
    where matrix.labels != (tags == nil ? labels : 0) {
      throw .record(
        subject,
        "a confusion matrix is of \(Words.counted(matrix.labels, "label")), "
          + "and the run has \(labels)")
    }
  }
}

extension TrainingError {
  /// A record whose numbers contradict each other.
  static func record(_ subject: String, _ detail: String) -> TrainingError {
    TrainingError(
      kind: .run, subject: subject, detail: detail,
      hint: "the record is damaged or was not written by lathe: train again")
  }
}
