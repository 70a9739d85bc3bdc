import Corpus
import Training

/// What a run came to on the side that it is judged by.
struct RunFigures: Sendable {
  /// The side.
  let side: String
  let metrics: SideMetrics
  /// Nil where the run has not ended.
  let evaluation: SideEvaluation?

  /// The test side's figures of the best checkpoint; those of the selection side where there is no
  /// test side, and of the best epoch so far where the run has not ended.
  init?(_ run: RunContents) {
    let sides = [run.record.sides.test, run.record.sides.selection].compactMap { $0 }
    let result = run.result?.evaluations ?? [:]
    let best = run.epochs.last { $0.isBest } ?? run.epochs.last
    let known = sides + result.keys.sorted() + (best?.evaluations.keys.sorted() ?? [])
    for side in known {
      if let evaluation = result[side] {
        self.init(side: side, metrics: evaluation.metrics, evaluation: evaluation)
        return
      }
      if run.result == nil || result.isEmpty, let metrics = best?.evaluations[side] {
        self.init(side: side, metrics: metrics, evaluation: nil)
        return
      }
    }
    return nil
  }

  private init(side: String, metrics: SideMetrics, evaluation: SideEvaluation?) {
    self.side = side
    self.metrics = metrics
    self.evaluation = evaluation
  }
}

/// A mean and how far single runs are from it.
struct Spread: Sendable, Hashable {
  let mean: Double
  /// The sample standard deviation; nil for one run.
  let deviation: Double?

  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    if values.count > 1 {
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      deviation = (squares / Double(values.count - 1)).squareRoot()
    } else {
      deviation = nil
    }
  }

  /// A share in percent, such as "81.6 %" or "81.6 ± 1.2 %".
  var percent: String {
    guard let deviation else { return Numbers.percent(mean) }
    return "\(Numbers.fixed(mean * 100, 1)) ± \(Numbers.fixed(deviation * 100, 1)) %"
  }
}

/// What a group of runs came to: a row of the closing table.
struct GroupFigures: Sendable {
  let sliceAccuracy, trackAccuracy, macroF1: Spread
  /// How well labels were ranked; nil where each track has one.
  let tags: TagFigures?
  /// At 95 %, over the tracks of one run or of all folds; nil where runs test the same tracks
  /// again, as folds of slices do.
  let interval: ClosedRange<Double>?
  /// The tracks that were tested, each counted once for folds.
  let tracks: Int
  /// Of all runs together where they test different tracks or labels agree; nil where no run has
  /// ended.
  let trackConfusion, sliceConfusion: ConfusionMatrix?

  init?(_ group: RunGroup) {
    let figures = group.runs.compactMap(RunFigures.init)
    guard let slices = Spread(figures.map(\.metrics.sliceAccuracy)),
      let tracks = Spread(figures.map(\.metrics.trackAccuracy)),
      let macroF1 = Spread(figures.map(\.metrics.macroF1))
    else { return nil }
    sliceAccuracy = slices
    trackAccuracy = tracks
    self.macroF1 = macroF1
    self.tags = TagFigures(figures)
    trackConfusion = Self.sum(figures.compactMap(\.evaluation?.trackConfusion))
    sliceConfusion = Self.sum(figures.compactMap(\.evaluation?.sliceConfusion))
    switch group.kind {
    case .single:
      let ends = figures[0].metrics.trackInterval
      interval = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
      self.tracks = figures[0].metrics.tracks
    case .folds where group.record.split.policy == SplitPolicy.slices.rawValue:
      // Parts of most tracks are in several folds.
      interval = nil
      self.tracks = figures.map(\.metrics.tracks).max() ?? 0
    case .folds:
      let counts = figures.map { metrics -> (correct: Int, tracks: Int) in
        let tracks = metrics.metrics.tracks
        return (Int((metrics.metrics.trackAccuracy * Double(tracks)).rounded()), tracks)
      }
      let total = counts.reduce(0) { $0 &+ $1.tracks }
      interval = WilsonInterval.bounds(
        successes: counts.reduce(0) { $0 &+ $1.correct }, trials: total)
      self.tracks = total
    case .repeats:
      interval = nil
      self.tracks = figures.map(\.metrics.tracks).max() ?? 0
    }
  }

  /// What rows are compared by.
  var score: Double { tags?.macroAveragePrecision.mean ?? trackAccuracy.mean }

  private static func sum(_ matrices: [ConfusionMatrix]) -> ConfusionMatrix? {
    guard let first = matrices.first else { return nil }
    return matrices.dropFirst().reduce(first) { $0.adding($1) ?? $0 }
  }
}
