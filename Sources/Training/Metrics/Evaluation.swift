import Glibc

/// Gathers predictions of slices that have one label each and makes the metrics of a side from them.
///
/// A track's prediction is a vote of its slices: the mean of their probabilities, the label with
/// the highest mean, the lowest such label where several have it. A mean of 32-bit probabilities is
/// held in 64 bits, so that it does not depend on the order in which the slices come.
public struct Evaluation: Sendable {
  private var votes: TrackVotes<Int>
  private var sliceMatrix: ConfusionMatrix
  private var loss = 0.0

  /// How many labels there are.
  public var labels: Int { votes.labels }
  /// How many slices were added.
  public var slices: Int { votes.slices }

  /// An evaluation without predictions.
  /// - Parameters:
  ///   - labels: how many labels there are.
  ///   - name: the id of a track for messages, such as `SampleSource.trackID(_:)`.
  public init(
    labels: Int, name: @escaping @Sendable (Int) -> String = { "track \($0)" }
  ) {
    votes = TrackVotes(labels: labels, rule: .sumsToOne, name: name)
    sliceMatrix = ConfusionMatrix(labels: labels)
  }

  /// Adds the prediction of a slice.
  ///
  /// - Parameters:
  ///   - track: its track, any number that tells tracks apart.
  ///   - slice: which of the track's slices it is.
  ///   - label: its true label.
  ///   - probabilities: one of each label, 0 to 1, adding up to 1 within 0.01.
  /// - Throws: ``TrainingError``: `.data` that names track and slice for a label or a probability
  ///   out of range, a slice that was added already, or another label than the track's other
  ///   slices; `.diverged` where a probability is not a number. Nothing is added then.
  public mutating func add(
    track: Int, slice: Int, label: Int, probabilities: some Collection<Float>
  ) throws(TrainingError) {
    guard (0..<labels).contains(label) else {
      throw votes.failure(
        track: track, slice: slice, "its label is \(label)", "labels are 0 to \(labels - 1)")
    }
    try votes.add(
      track: track, slice: slice, truth: label,
      shownTruth: {
        (
          "its label is \(label), its track's other slices have \($0)",
          "all slices of a track have its label"
        )
      }, probabilities: probabilities)
    var best = 0
    var highest = -Float.infinity
    var ofLabel: Float = 0
    for (index, probability) in probabilities.enumerated() {
      if probability > highest { (best, highest) = (index, probability) }
      if index == label { ofLabel = probability }
    }
    sliceMatrix.add(label: label, predicted: best)
    // What a Float shows as 0 is below its smallest number, but not impossible.
    loss -= Glibc.log(Double(max(ofLabel, .leastNonzeroMagnitude)))
  }

  /// Nothing was predicted.
  static var nothing: TrainingError {
    TrainingError(
      kind: .data, subject: "evaluation", detail: "no slice was predicted",
      hint: "take a side that has samples")
  }

  /// The metrics of what was added, with what each track was taken for.
  /// - Throws: ``TrainingError`` `.data` where nothing was.
  public func finish() throws(TrainingError) -> SideEvaluation {
    guard slices > 0 else { throw Self.nothing }
    var matrix = ConfusionMatrix(labels: labels)
    let outcomes = votes.byName.map { id, track in
      // The first of equal maxima: max(by:) would take the last.
      var best = 0
      for index in track.sums.indices where track.sums[index] > track.sums[best] { best = index }
      return TrackOutcome(
        track: id, label: track.truth, predicted: best, probability: track.mean(of: best))
    }
    for outcome in outcomes { matrix.add(label: outcome.label, predicted: outcome.predicted) }
    let interval = WilsonInterval.bounds(successes: matrix.correct, trials: votes.count)
    return SideEvaluation(
      metrics: SideMetrics(
        loss: loss / Double(slices), sliceAccuracy: sliceMatrix.accuracy,
        trackAccuracy: matrix.accuracy,
        trackInterval: [interval.lowerBound, interval.upperBound], macroF1: matrix.macroF1,
        slices: slices, tracks: votes.count),
      trackConfusion: matrix, sliceConfusion: sliceMatrix, outcomes: outcomes)
  }
}
