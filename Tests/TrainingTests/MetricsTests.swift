import Foundation
import Testing

@testable import Training

@Suite struct MetricsTests {
  /// scikit-learn: f1_score([0,0,0,1,1,2,2,2], [0,0,1,1,3,2,0,2], average="macro",
  /// zero_division=0).
  @Test func macroF1IsThatOfScikitLearn() {
    var matrix = ConfusionMatrix(labels: 6)
    for (label, predicted) in zip([0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 1, 1, 3, 2, 0, 2]) {
      matrix.add(label: label, predicted: predicted)
    }
    #expect(abs(matrix.macroF1 - 0.4916666666666667) < 1e-15)
    #expect(matrix.accuracy == 5.0 / 8 && matrix.total == 8 && matrix.correct == 5)
    #expect(matrix.recall(0) == 2.0 / 3 && matrix.precision(0) == 2.0 / 3)
    #expect(matrix.recall(3) == nil && matrix.precision(3) == 0 && matrix.f1(3) == 0)
    #expect(matrix.f1(4) == nil && matrix.support(2) == 3 && matrix.predictions(1) == 2)
  }

  @Test func theIntervalIsWilsons() {
    for (successes, trials, low, high) in [
      (8, 10, 0.49016247153664183, 0.9433178485456247), (0, 5, 0, 0.43448246478317476),
      (5, 5, 0.5655175352168252, 1), (813, 1000, 0.7876522642371055, 0.8359521849509368),
    ] {
      let interval = WilsonInterval.bounds(successes: successes, trials: trials)
      #expect(abs(interval.lowerBound - low) < 1e-12 && abs(interval.upperBound - high) < 1e-12)
    }
    #expect(WilsonInterval.bounds(successes: 0, trials: 0) == 0...1)
    #expect(WilsonInterval.bounds(successes: 7, trials: 5).upperBound == 1)
  }

  @Test func tracksAreVotesOfTheirSlices() throws {
    var evaluation = Evaluation(labels: 3)
    // Two slices say 0, narrowly; the third says 1, surely.
    try evaluation.add(track: 7, slice: 0, label: 1, probabilities: [0.5, 0.25, 0.25])
    try evaluation.add(track: 7, slice: 1, label: 1, probabilities: [0.5, 0.25, 0.25])
    try evaluation.add(track: 7, slice: 2, label: 1, probabilities: [0, 1, 0])
    // A tie goes to the lowest label.
    try evaluation.add(track: 3, slice: 0, label: 2, probabilities: [0.25, 0.5, 0.25])
    try evaluation.add(track: 3, slice: 1, label: 2, probabilities: [0.25, 0, 0.75])
    try evaluation.add(track: 4, slice: 0, label: 0, probabilities: [0.5, 0.5, 0])
    let result = try evaluation.finish()
    #expect(result.sliceConfusion.counts == [[1, 0, 0], [2, 1, 0], [0, 1, 1]])
    #expect(result.trackConfusion.counts == [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    #expect(result.metrics.slices == 6 && result.metrics.tracks == 3)
    #expect(result.metrics.sliceAccuracy == 0.5 && result.metrics.trackAccuracy == 1)
    let loss = -(3 * log(0.25) + log(1) + log(0.75) + log(0.5)) / 6
    #expect(abs(result.metrics.loss - loss) < 1e-12)
    #expect(result.metrics.trackInterval[0] > 0.4 && result.metrics.trackInterval[1] == 1)
  }

  @Test func tiesOfTracksGoToTheLowestLabel() throws {
    var evaluation = Evaluation(labels: 3)
    try evaluation.add(track: 0, slice: 0, label: 1, probabilities: [0.25, 0.5, 0.25])
    try evaluation.add(track: 0, slice: 1, label: 1, probabilities: [0.25, 0.25, 0.5])
    #expect(try evaluation.finish().trackConfusion.counts[1] == [0, 1, 0])
  }

  @Test func theOrderOfSlicesDoesNotMatter() throws {
    var generator = SystemRandomNumberGenerator()
    let rows = (0..<40).map { index -> (Int, Int, [Float]) in
      let raw = (0..<4).map { Float(($0 * 7 + index * 13) % 11 + 1) / 3 }
      let sum = raw.reduce(0, +)
      return (index / 10, index % 10, raw.map { $0 / sum })
    }
    func result(_ rows: [(Int, Int, [Float])]) throws -> SideEvaluation {
      var evaluation = Evaluation(labels: 4)
      for (track, slice, values) in rows {
        try evaluation.add(track: track, slice: slice, label: track, probabilities: values)
      }
      return try evaluation.finish()
    }
    let first = try result(rows)
    let second = try result(rows.shuffled(using: &generator))
    #expect(first.trackConfusion == second.trackConfusion)
    #expect(abs(first.metrics.loss - second.metrics.loss) < 1e-12)
  }

  @Test(arguments: [
    ([Float.nan, 0.5], 0, 0, TrainingError.Kind.diverged, "nan"),
    ([.infinity, 0], 0, 0, .diverged, "inf"), ([-0.5, 1.5], 0, 0, .data, "not logits"),
    ([0.5, 0.3], 0, 0, .data, "add up"), ([1], 0, 0, .data, "1 probability for 2"),
    ([0.5, 0.5], 2, 0, .data, "its label is 2"), ([0.5, 0.5], -1, 0, .data, "its label is -1"),
    ([0.5, 0.5], 1, 0, .data, "other slices have 0"), ([0.5, 0.5], 0, 1, .data, "twice"),
  ])
  func refusalsNameTheSample(
    _ probabilities: [Float], label: Int, slice: Int, kind: TrainingError.Kind, words: String
  ) throws {
    var evaluation = Evaluation(labels: 2) { "rock.0000\($0)" }
    try evaluation.add(track: 5, slice: 1, label: 0, probabilities: [1, 0])
    let before = try evaluation.finish()
    let error = try #require(throws: TrainingError.self) {
      try evaluation.add(track: 5, slice: slice, label: label, probabilities: probabilities)
    }
    #expect(error.kind == kind && error.description.contains(words))
    #expect(error.subject == "prediction of rock.00005, slice \(slice)")
    #expect(try evaluation.finish() == before)
  }

  @Test func aProbabilityOfNothingIsNoInfiniteLoss() throws {
    var evaluation = Evaluation(labels: 2)
    #expect(throws: TrainingError.self) { try evaluation.finish() }
    try evaluation.add(track: 0, slice: 0, label: 1, probabilities: [1, 0])
    let loss = try evaluation.finish().metrics.loss
    #expect(loss > 103 && loss < 104)
  }

  @Test func matricesAreChecked() throws {
    for counts in [
      [[1, 2]], [[1, -1], [0, 0]], [[1 << 53, 1], [0, 0]], [[.max, .max], [0, 0]],
    ] {
      #expect(throws: TrainingError.self) { try ConfusionMatrix(counts: counts) }
    }
    let matrix = try ConfusionMatrix(counts: [[1, 2], [3, 4]])
    #expect(matrix.adding(matrix)?.counts == [[2, 4], [6, 8]])
    #expect(matrix.adding(ConfusionMatrix(labels: 3)) == nil)
    #expect(ConfusionMatrix(labels: 0).macroF1 == 0 && ConfusionMatrix(labels: 2).accuracy == 0)
  }
}
