import Glibc
import Wording

/// Gathers predictions of slices whose tracks may have any number of labels, and makes the metrics of a side from them.
///
/// A track's score of a label is the mean of its slices' probabilities. A track has a label where its weight is above 0;
/// it is predicted to have it where the probability is a half or more.
struct TagEvaluation {
  private var votes: TrackVotes<[Float]>
  private var rightSlices = 0
  private var loss = 0.0

  /// How many labels there are.
  private var labels: Int { votes.labels }

  /// An evaluation without predictions.
  /// - Parameters:
  ///   - labels: how many labels there are.
  ///   - name: the id of a track for messages.
  init(labels: Int, name: @escaping @Sendable (Int) -> String = { "track \($0)" }) {
    votes = TrackVotes(labels: labels, rule: .eachOnItsOwn, name: name)
  }

  /// Adds the prediction of a slice.
  ///
  /// - Parameters:
  ///   - track: its track, any number that tells tracks apart.
  ///   - slice: which of the track's slices it is.
  ///   - weights: of each label, 0 to 1.
  ///   - probabilities: of each label, 0 to 1.
  /// - Throws: ``TrainingError``: `.data` that names track and slice for a probability out of range, a slice that was
  ///   added already, or other weights than the track's other slices; `.diverged` where a probability is no number.
  ///   Nothing is added then.
  mutating func add(
    track: Int, slice: Int, weights: [Float], probabilities: some Collection<Float>
  ) throws(TrainingError) {
    guard weights.count == labels else {
      throw votes.failure(
        track: track, slice: slice,
        "\(Words.counted(weights.count, "weight")) for \(Words.counted(labels, "label"))",
        "give one of each label")
    }
    try votes.add(
      track: track, slice: slice, truth: weights,
      shownTruth: { _ in
        (
          "its labels are not those of its track's other slices",
          "all slices of a track have its labels"
        )
      }, probabilities: probabilities)
    var isRight = true
    var costs = 0.0
    for (index, probability) in probabilities.enumerated() {
      if (probability >= 0.5) != (weights[index] > 0) { isRight = false }
      costs += Self.cost(weight: Double(weights[index]), probability: Double(probability))
    }
    if isRight { rightSlices += 1 }
    loss += costs / Double(max(1, labels))
  }

  /// Binary cross-entropy; a logarithm counts as −100 at least, as in `torch.nn.functional.binary_cross_entropy`.
  private static func cost(weight: Double, probability: Double) -> Double {
    -(weight * max(-100, log(probability)) + (1 - weight) * max(-100, log1p(-probability)))
  }

  /// The metrics of what was added.
  /// - Throws: ``TrainingError`` `.data` where nothing was.
  func finish() throws(TrainingError) -> SideEvaluation {
    guard votes.slices > 0 else { throw Evaluation.nothing }
    var rightTracks = 0
    // By label, then by track.
    var scores = [[(score: Double, isPositive: Bool)]](repeating: [], count: labels)
    var counts = [DecisionCounts](repeating: DecisionCounts(), count: labels)
    for track in votes.all {
      var isRight = true
      for label in 0..<labels {
        let score = track.mean(of: label)
        let isPositive = track.truth[label] > 0
        scores[label].append((score, isPositive))
        counts[label].add(isPositive: isPositive, isPredicted: score >= 0.5)
        if isPositive != (score >= 0.5) { isRight = false }
      }
      if isRight { rightTracks += 1 }
    }
    let tags = TagScores(
      labels: zip(scores, counts).map { TagScore(RankedScores($0), f1: $1.f1) },
      micro: TagScore(
        RankedScores(Array(scores.joined())), f1: counts.reduce(DecisionCounts(), +).f1))
    let interval = WilsonInterval.bounds(successes: rightTracks, trials: votes.count)
    return SideEvaluation(
      metrics: SideMetrics(
        loss: loss / Double(votes.slices),
        sliceAccuracy: Double(rightSlices) / Double(votes.slices),
        trackAccuracy: Double(rightTracks) / Double(votes.count),
        trackInterval: [interval.lowerBound, interval.upperBound], macroF1: tags.macroF1,
        tags: tags.metrics, slices: votes.slices, tracks: votes.count),
      trackConfusion: ConfusionMatrix(labels: 0), sliceConfusion: ConfusionMatrix(labels: 0),
      tags: tags)
  }
}

/// What was decided of a label, and what was right.
private struct DecisionCounts {
  private var found = 0
  private var wrong = 0
  private var missed = 0

  mutating func add(isPositive: Bool, isPredicted: Bool) {
    switch (isPositive, isPredicted) {
    case (true, true): found += 1
    case (false, true): wrong += 1
    case (true, false): missed += 1
    case (false, false): break
    }
  }

  static func + (first: DecisionCounts, second: DecisionCounts) -> DecisionCounts {
    var sum = first
    sum.found += second.found
    sum.wrong += second.wrong
    sum.missed += second.missed
    return sum
  }

  /// 2 TP / (2 TP + FP + FN).
  var f1: Double? {
    let all = 2 * found + wrong + missed
    return all == 0 ? nil : Double(2 * found) / Double(all)
  }
}
