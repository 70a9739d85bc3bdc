/// How well scores rank what has a label above what has not: the points of the precision-recall curve and of the
/// receiver operating characteristic, and the areas under them.
///
/// Whatever has the same score is ranked together, so that there is one point a distinct score.
public struct RankedScores: Sendable, Hashable {
  /// What is taken for the label where all scores from a threshold upwards are.
  public struct Point: Sendable, Hashable {
    /// The lowest score that counts.
    public var threshold: Double
    /// How many that have the label score as much or more.
    public var truePositives: Int
    /// How many that have it not do.
    public var falsePositives: Int

    /// A point of these parts.
    public init(threshold: Double, truePositives: Int, falsePositives: Int) {
      self.threshold = threshold
      self.truePositives = truePositives
      self.falsePositives = falsePositives
    }
  }

  /// The points, highest threshold first; the last has everything.
  public let points: [Point]

  /// Ranks scores.
  /// - Parameter scores: each with whether it is of something that has the label; all are numbers.
  /// - Complexity: O(n log n).
  public init(_ scores: [(score: Double, isPositive: Bool)]) {
    var points: [Point] = []
    var last = Point(threshold: .infinity, truePositives: 0, falsePositives: 0)
    for (score, isPositive) in scores.sorted(by: { $0.score > $1.score }) {
      if score != last.threshold, last.threshold < .infinity { points.append(last) }
      last.threshold = score
      if isPositive { last.truePositives += 1 } else { last.falsePositives += 1 }
    }
    if !scores.isEmpty { points.append(last) }
    self.points = points
  }

  /// How many have the label.
  public var positives: Int { points.last?.truePositives ?? 0 }
  /// How many have it not.
  public var negatives: Int { points.last?.falsePositives ?? 0 }

  /// The area under the precision-recall curve, summed in steps: Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds, with the
  /// precision Pₙ and the recall Rₙ at the n-th. Nil where nothing has the label, or everything, so that there is
  /// nothing to rank.
  ///
  /// Equals `sklearn.metrics.average_precision_score`, which gives 0 with a warning where nothing has the label, and
  /// 1 where everything has.
  public var averagePrecision: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    var sum = 0.0
    var before = 0
    for point in points {
      let found = point.truePositives
      sum += Double(found - before) * Double(found) / Double(found + point.falsePositives)
      before = found
    }
    return sum / Double(positives)
  }

  /// The area under the receiver operating characteristic, by trapezoids: the chance that something that has the
  /// label scores above something that has it not, ties by half. Nil where nothing has the label, or everything.
  ///
  /// Equals `sklearn.metrics.roc_auc_score`, which gives no number there.
  public var areaUnderROC: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    var doubledArea = 0.0
    var before = Point(threshold: .infinity, truePositives: 0, falsePositives: 0)
    for point in points {
      doubledArea +=
        Double(point.falsePositives - before.falsePositives)
        * Double(point.truePositives + before.truePositives)
      before = point
    }
    return doubledArea / 2 / Double(positives) / Double(negatives)
  }

  /// Points enough to draw both curves: the first, the last, and between them each that is a hundredth of all
  /// positives or of all negatives further than the one before it; 202 at most.
  public var outline: [Point] {
    var kept: [Point] = []
    for (index, point) in points.enumerated() {
      if let last = kept.last, index < points.count - 1,
        100 * (point.truePositives - last.truePositives) < positives || positives == 0,
        100 * (point.falsePositives - last.falsePositives) < negatives || negatives == 0
      {
        continue
      }
      kept.append(point)
    }
    return kept
  }
}
