import Corpus
import Foundation
import Testing

@testable import Training

/// Average precision and ROC-AUC against scikit-learn's; `Tests/Reference/compare_tag_scores.py` makes the pinned table
/// and compares random ones.
@Suite struct TagScoresTests {
  /// Twelve tracks and five labels: ties within and between the labels, the fourth label is of no track, the fifth of
  /// every one.
  static let weights: [[Float]] = [
    [1, 0, 0, 0, 1], [0, 1, 0, 0, 1], [1, 0, 0, 0, 0.5], [0, 0, 1, 0, 1], [1, 1, 0, 0, 1],
    [0, 0, 0, 0, 1], [0, 0.25, 0, 0, 1], [1, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 1, 0, 0, 1],
    [0, 0, 0, 0, 1], [1, 0, 0, 0, 1],
  ]
  static let scores: [[Float]] = [
    [0.5, 0.25, 0.125, 0.5, 0.75], [0.25, 0.75, 0.5, 0.25, 1], [0.5, 0.5, 0, 0, 0.25],
    [0.5, 0, 0.125, 0.125, 0.5], [0.75, 0.25, 0.125, 0.75, 0.5], [0.125, 0.5, 0.25, 0, 0],
    [0.25, 0.5, 1, 0, 0.5], [0, 0.125, 0.125, 0.5, 0.75], [0.75, 0.75, 0, 0, 0.125],
    [0.25, 1, 0, 0.25, 0.5], [0.125, 0, 0.125, 0, 1], [1, 0.25, 0.125, 0.125, 0.25],
  ]

  static func evaluation() throws -> SideEvaluation {
    var evaluation = TagEvaluation(labels: 5)
    for track in weights.indices {
      // Two slices whose mean is the score.
      let spread: Float = 0.125
      let isInside = scores[track].allSatisfy { spread...1 - spread ~= $0 }
      for (slice, sign) in [Float(-1), 1].enumerated() {
        try evaluation.add(
          track: track, slice: slice, weights: weights[track],
          probabilities: scores[track].map { isInside ? $0 + sign * spread : $0 })
      }
    }
    return try evaluation.finish()
  }

  @Test func theyAreScikitLearns() throws {
    let result = try Self.evaluation()
    let tags = try #require(result.tags)
    let precision = tags.labels.map(\.averagePrecision)
    let area = tags.labels.map(\.rocAUC)
    for (index, expected) in [0.6833333333333333, 0.6527777777777778, 0.1111111111111111]
      .enumerated()
    {
      #expect(abs(try #require(precision[index]) - expected) < 1e-12)
    }
    for (index, expected) in [0.7, 0.796875, 0.5].enumerated() {
      #expect(abs(try #require(area[index]) - expected) < 1e-12)
    }
    #expect(precision[3] == nil && area[3] == nil && precision[4] == nil && area[4] == nil)
    #expect(tags.labels.map(\.positives) == [5, 4, 1, 0, 12])
    let metrics = try #require(result.metrics.tags)
    #expect(metrics.labelsLeftOut == 2 && metrics == tags.metrics)
    #expect(abs(try #require(metrics.macroAveragePrecision) - 0.48240740740740745) < 1e-12)
    #expect(abs(try #require(metrics.macroROCAUC) - 0.665625) < 1e-12)
    #expect(abs(try #require(metrics.microAveragePrecision) - 0.5969696969696969) < 1e-12)
    #expect(abs(try #require(metrics.microROCAUC) - 0.742822966507177) < 1e-12)
    // accuracy_score and f1_score(average="macro") over the labels that occur or are predicted, at a half.
    #expect(abs(result.metrics.trackAccuracy - 1.0 / 6) < 1e-12)
    #expect(abs(result.metrics.macroF1 - 0.4254545454545454) < 1e-12)
    #expect(result.metrics.tracks == 12 && result.metrics.slices == 24)
    #expect(result.trackConfusion.labels == 0)
  }

  @Test func curvesAreScikitLearns() throws {
    let first = try #require(Self.evaluation().tags).labels[0]
    // precision_recall_curve and roc_curve(drop_intermediate=False), thresholds downwards.
    #expect(first.outline.map(\.threshold) == [1, 0.75, 0.5, 0.25, 0.125, 0])
    let recalls: [Double] = [0.2, 0.4, 0.8, 0.8, 0.8, 1]
    let precisions: [Double] = [1, 2.0 / 3, 4.0 / 6, 4.0 / 9, 4.0 / 11, 5.0 / 12]
    #expect(first.precisionRecall.map(\.recall) == recalls)
    #expect(first.precisionRecall.map(\.precision) == precisions)
    let wrong: [Double] = [0, 0, 1, 2, 5, 7, 7]
    #expect(first.operatingPoints.map(\.truePositiveRate) == [0] + recalls)
    #expect(first.operatingPoints.map(\.falsePositiveRate) == wrong.map { $0 / 7 })
  }

  @Test func anOutlineIsShortAndKeepsItsEnds() {
    var random = CounterGenerator(seed: 1, stream: "outline")
    let ranking = RankedScores(
      (0..<20_000).map { _ in
        (Double(random.next(below: 1 << 40)) / Double(1 << 40), random.next(below: 7) == 0)
      })
    let outline = ranking.outline
    #expect(outline.count <= 202 && outline.first == ranking.points.first)
    #expect(outline.last == ranking.points.last)
    #expect(ranking.points.count > 19_000)
    #expect(RankedScores([]).outline.isEmpty && RankedScores([]).averagePrecision == nil)
  }

  @Test func theLossIsTheMeanOverSlicesAndLabels() throws {
    var evaluation = TagEvaluation(labels: 2)
    try evaluation.add(track: 0, slice: 0, weights: [1, 0.5], probabilities: [0.25, 0.5])
    try evaluation.add(track: 1, slice: 0, weights: [1, 0], probabilities: [0, 1])
    let loss = (-log(0.25) - log(0.5) + 100 + 100) / 4
    #expect(abs(try evaluation.finish().metrics.loss - loss) < 1e-12)
  }

  @Test(arguments: [
    ([Float.nan, 0.5], [Float(1), 0], 0, TrainingError.Kind.diverged, "nan"),
    ([1.5, 0.5], [1, 0], 0, .data, "not logits"), ([-0.5, 0.5], [1, 0], 0, .data, "not logits"),
    ([1], [1, 0], 0, .data, "1 probability for 2"),
    ([0.5, 0.5], [1, 1], 0, .data, "other slices"),
    ([0.5, 0.5], [1, 0], 1, .data, "twice"),
  ])
  func refusalsNameTheSample(
    _ probabilities: [Float], weights: [Float], slice: Int, kind: TrainingError.Kind, words: String
  ) throws {
    var evaluation = TagEvaluation(labels: 2) { "song \($0)" }
    try evaluation.add(track: 5, slice: 1, weights: [1, 0], probabilities: [1, 0])
    let before = try evaluation.finish()
    let error = try #require(throws: TrainingError.self) {
      try evaluation.add(track: 5, slice: slice, weights: weights, probabilities: probabilities)
    }
    #expect(error.kind == kind && error.description.contains(words))
    #expect(error.subject == "prediction of song 5, slice \(slice)")
    #expect(try evaluation.finish() == before)
  }

  @Test func recordsComeBackAndDamagedOnesAreRefused() throws {
    let evaluation = try Self.evaluation()
    let json = try JSONEncoder().encode(evaluation)
    let read = try JSONDecoder().decode(SideEvaluation.self, from: json)
    #expect(read == evaluation)
    try read.check("a record", labels: 5)
    #expect(throws: TrainingError.self) { try read.check("a record", labels: 4) }
    var damaged = read
    damaged.tags?.labels[0].outline[1].truePositives = 77
    #expect(throws: TrainingError.self) { try damaged.check("a record", labels: 5) }
    damaged = read
    damaged.metrics.tags?.microROCAUC = 1.5
    #expect(throws: TrainingError.self) { try damaged.check("a record", labels: 5) }
  }

  /// Random tables for `compare_tag_scores.py`, written where `LATHE_TAG_SCORES` says.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LATHE_TAG_SCORES"] != nil))
  func writesTablesForTheComparison() throws {
    struct Table: Encodable {
      var weights: [[Float]] = []
      var scores: [[Float]] = []
      var found = Found()
    }
    struct Found: Encodable {
      var averagePrecision: [Double?] = []
      var rocAUC: [Double?] = []
      var macroAveragePrecision, microAveragePrecision, macroROCAUC, microROCAUC: Double?
      var labelsLeftOut = 0
      var trackAccuracy = 0.0
      var macroF1 = 0.0
    }
    let folder = try #require(ProcessInfo.processInfo.environment["LATHE_TAG_SCORES"])
    for seed in 0..<200 as Range<UInt64> {
      var random = CounterGenerator(seed: seed, stream: "tag scores")
      let labels = 1 + Int(random.next(below: 12))
      let tracks = 1 + Int(random.next(below: 80))
      // Few levels make many ties.
      let levels = 1 + random.next(below: seed % 3 == 0 ? 1 << 30 : 12)
      let rarities = (0..<labels).map { _ in random.next(below: 9) }
      var table = Table()
      var evaluation = TagEvaluation(labels: labels)
      for track in 0..<tracks {
        let weights = rarities.map { rarity -> Float in
          random.next(below: 8) < rarity ? Float(1 + random.next(below: 4)) / 4 : 0
        }
        let scores = rarities.map { _ in Float(random.next(below: levels + 1)) / Float(levels) }
        table.weights.append(weights)
        table.scores.append(scores)
        try evaluation.add(track: track, slice: 0, weights: weights, probabilities: scores)
      }
      let result = try evaluation.finish()
      let tags = try #require(result.tags)
      table.found = Found(
        averagePrecision: tags.labels.map(\.averagePrecision),
        rocAUC: tags.labels.map(\.rocAUC),
        macroAveragePrecision: tags.metrics.macroAveragePrecision,
        microAveragePrecision: tags.metrics.microAveragePrecision,
        macroROCAUC: tags.metrics.macroROCAUC, microROCAUC: tags.metrics.microROCAUC,
        labelsLeftOut: tags.metrics.labelsLeftOut, trackAccuracy: result.metrics.trackAccuracy,
        macroF1: result.metrics.macroF1)
      try JSONEncoder().encode(table).write(
        to: URL(fileURLWithPath: "\(folder)/table-\(seed).json"))
    }
  }
}
