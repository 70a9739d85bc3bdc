public import Corpus

/// What a sample should be predicted to be.
public enum SampleTruth: Sendable, Hashable {
  /// It has one label, of this number.
  case label(Int)
  /// It may have several: the weight of each label, 0 where it has it not.
  case weights([Float])

  /// What a sample of a source is.
  public init(of sample: Int, in source: any SampleSource) {
    guard source.isTagged else {
      self = .label(source.label(of: sample))
      return
    }
    var weights = [Float](repeating: 0, count: source.labels.count)
    source.forEachLabel(of: sample) { weights[$0] = $1 }
    self = .weights(weights)
  }
}

/// Gathers predictions of samples that have one label each, or several, and makes the metrics of a side from them.
public struct SideGathering: Sendable {
  /// One of the two is there.
  private var ofLabels: Evaluation?
  private var ofTags: TagEvaluation?

  /// Nothing yet.
  /// - Parameter source: the side's samples.
  public init(of source: any SampleSource) {
    let labels = source.labels.count
    if source.isTagged {
      ofTags = TagEvaluation(labels: labels) { source.trackID($0) }
    } else {
      ofLabels = Evaluation(labels: labels) { source.trackID($0) }
    }
  }

  /// Adds the prediction of a sample.
  /// - Parameters:
  ///   - location: its track and slice.
  ///   - truth: what it is.
  ///   - probabilities: of each label, 0 to 1; where a sample has one label, they add up to 1.
  /// - Throws: ``TrainingError`` as ``Evaluation/add(track:slice:label:probabilities:)``.
  public mutating func add(
    _ location: SampleLocation, _ truth: SampleTruth, probabilities: some Collection<Float>
  ) throws(TrainingError) {
    switch truth {
    case .label(let label) where ofLabels != nil:
      try ofLabels?.add(
        track: location.track, slice: location.slice, label: label, probabilities: probabilities)
    case .weights(let weights) where ofTags != nil:
      try ofTags?.add(
        track: location.track, slice: location.slice, weights: weights, probabilities: probabilities
      )
    default:
      throw TrainingError(
        kind: .data, subject: "prediction of slice \(location.slice)",
        detail: "its labels are not of the kind of the side's",
        hint: "take all samples from one view")
    }
  }

  /// The metrics of what was added.
  /// - Throws: ``TrainingError`` `.data` where nothing was.
  public func finish() throws(TrainingError) -> SideEvaluation {
    if let ofTags { return try ofTags.finish() }
    guard let ofLabels else { throw Evaluation.nothing }
    return try ofLabels.finish()
  }
}
