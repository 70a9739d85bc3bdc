import Glibc
import Wording

/// Gathers predictions of slices whose tracks may have any number of labels, and makes the metrics of a side from them.
///
/// A track's score of a label is the mean of its slices' probabilities. A track has a label where its weight is above 0;
/// it is predicted to have it where the probability is a half or more.
struct TagEvaluation {
  private struct Track {
    let weights: [Float]
    var sums: [Double]
    var slices: Set<Int>
  }

  /// How many labels there are.
  let labels: Int
  private let name: @Sendable (Int) -> String
  private var tracks: [Int: Track] = [:]
  private var slices = 0
  private var rightSlices = 0
  private var loss = 0.0

  /// An evaluation without predictions.
  /// - Parameters:
  ///   - labels: how many labels there are.
  ///   - name: the id of a track for messages.
  init(labels: Int, name: @escaping @Sendable (Int) -> String = { "track \($0)" }) {
    self.labels = labels
    self.name = name
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
    func failure(
      _ detail: String, _ hint: String, kind: TrainingError.Kind = .data
    ) -> TrainingError {
      TrainingError(
        kind: kind, subject: "prediction of \(name(track)), slice \(slice)", detail: detail,
        hint: hint)
    }
    guard probabilities.count == labels, weights.count == labels else {
      throw failure(
        "\(Words.counted(probabilities.count, "probability", "probabilities")) "
          + "for \(Words.counted(labels, "label"))",
        "give one of each label")
    }
    for (index, probability) in probabilities.enumerated() {
      guard probability.isFinite else {
        throw failure(
          "the probability of label \(index) is \(probability)",
          "the network has diverged: lower the learning rate", kind: .diverged)
      }
      guard 0...1 ~= probability else {
        throw failure(
          "the probability of label \(index) is \(probability)",
          "give probabilities between 0 and 1, as of a sigmoid, not logits")
      }
    }
    var entry =
      tracks[track]
      ?? Track(weights: weights, sums: [Double](repeating: 0, count: labels), slices: [])
    guard entry.weights == weights else {
      throw failure(
        "its labels are not those of its track's other slices",
        "all slices of a track have its labels")
    }
    guard entry.slices.insert(slice).inserted else {
      throw failure("it was predicted twice", "predict every slice of the side once")
    }
    var isRight = true
    var costs = 0.0
    for (index, probability) in probabilities.enumerated() {
      entry.sums[index] += Double(probability)
      if (probability >= 0.5) != (weights[index] > 0) { isRight = false }
      costs += Self.cost(weight: Double(weights[index]), probability: Double(probability))
    }
    tracks[track] = entry
    slices += 1
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
    guard slices > 0 else { throw Evaluation.nothing }
    var rightTracks = 0
    // By label, then by track.
    var scores = [[(score: Double, isPositive: Bool)]](repeating: [], count: labels)
    var counts = [DecisionCounts](repeating: DecisionCounts(), count: labels)
    for track in tracks.values {
      var isRight = true
      for (label, sum) in track.sums.enumerated() {
        let score = sum / Double(track.slices.count)
        let isPositive = track.weights[label] > 0
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
    let interval = WilsonInterval.bounds(successes: rightTracks, trials: tracks.count)
    return SideEvaluation(
      metrics: SideMetrics(
        loss: loss / Double(slices), sliceAccuracy: Double(rightSlices) / Double(slices),
        trackAccuracy: Double(rightTracks) / Double(tracks.count),
        trackInterval: [interval.lowerBound, interval.upperBound], macroF1: tags.macroF1,
        tags: tags.metrics, slices: slices, tracks: tracks.count),
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
