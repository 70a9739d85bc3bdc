/// How well the labels of a side are ranked where a track may have several: average precision (PR-AUC) and the area
/// under the receiver operating characteristic (ROC-AUC), over all labels.
///
/// A track has a label where its weight is above 0, however small. Macro is the mean over labels, micro is of all pairs
/// of a track and a label at once. A label that no track of the side has, or that all have, has neither measure: it is
/// left out of the macro means and counted in ``labelsLeftOut``. (scikit-learn warns of such labels; its macro means
/// equal these where it is given the others alone.)
public struct TagMetrics: Sendable, Hashable, Codable {
  /// The mean of the labels' average precision; nil where none has one.
  public var macroAveragePrecision: Double?
  /// The average precision of all pairs; nil where none of them, or each, is one of a track and a label of it.
  public var microAveragePrecision: Double?
  /// The mean of the labels' ROC-AUC; nil where none has one.
  public var macroROCAUC: Double?
  /// The ROC-AUC of all pairs; nil as ``microAveragePrecision``.
  public var microROCAUC: Double?
  /// How many labels were left out of the macro means.
  public var labelsLeftOut: Int

  /// What is chosen by: the mean of average precision, 0 where there is none.
  public var selectionScore: Double { macroAveragePrecision ?? microAveragePrecision ?? 0 }

  func check(_ subject: String) throws(TrainingError) {
    let shares = [macroAveragePrecision, microAveragePrecision, macroROCAUC, microROCAUC]
    guard shares.allSatisfy({ $0.map((0...1).contains) ?? true }), labelsLeftOut >= 0 else {
      throw .record(subject, "a measure of its tags is not between 0 and 1")
    }
  }
}

/// How well one label was ranked, or all together.
public struct TagScore: Sendable, Hashable {
  /// Tracks that have the label.
  public var positives: Int
  /// Tracks that have it not.
  public var negatives: Int
  /// See ``RankedScores/averagePrecision``.
  public var averagePrecision: Double?
  /// See ``RankedScores/areaUnderROC``.
  public var rocAUC: Double?
  /// Of what is taken for the label from a probability of a half on; nil where nothing has it and nothing is.
  public var f1: Double?
  /// Points of both curves; see ``RankedScores/outline``.
  public var outline: [RankedScores.Point]

  /// The scores of a ranking.
  /// - Parameter f1: from the decisions at a half.
  init(_ ranking: RankedScores, f1: Double?) {
    positives = ranking.positives
    negatives = ranking.negatives
    averagePrecision = ranking.averagePrecision
    rocAUC = ranking.areaUnderROC
    self.f1 = f1
    outline = ranking.outline
  }

  /// The points of the precision-recall curve, from the highest threshold down; none where nothing has the label.
  public var precisionRecall: [(recall: Double, precision: Double)] {
    if positives == 0 { return [] }
    return outline.map {
      (
        Double($0.truePositives) / Double(positives),
        Double($0.truePositives) / Double($0.truePositives + $0.falsePositives)
      )
    }
  }

  /// The points of the receiver operating characteristic, from (0, 0) to (1, 1); none where nothing or everything has
  /// the label.
  public var operatingPoints: [(falsePositiveRate: Double, truePositiveRate: Double)] {
    if positives == 0 || negatives == 0 { return [] }
    return [(0, 0)]
      + outline.map {
        (
          Double($0.falsePositives) / Double(negatives),
          Double($0.truePositives) / Double(positives)
        )
      }
  }

  fileprivate func check(_ subject: String) throws(TrainingError) {
    guard positives >= 0, negatives >= 0, positives <= 1 << 53, negatives <= 1 << 53,
      [averagePrecision, rocAUC, f1].allSatisfy({ $0.map((0...1).contains) ?? true })
    else { throw .record(subject, "a measure of its tags is not between 0 and 1") }
    var before = RankedScores.Point(threshold: .infinity, truePositives: 0, falsePositives: 0)
    for point in outline {
      guard point.threshold < before.threshold,
        before.truePositives...positives ~= point.truePositives,
        before.falsePositives...negatives ~= point.falsePositives,
        point.truePositives + point.falsePositives > 0
      else { throw .record(subject, "the points of a curve do not follow each other") }
      before = point
    }
  }
}

/// How well each label of a side was ranked.
public struct TagScores: Sendable, Hashable, Codable {
  /// The labels, in the order of the run's.
  public var labels: [TagScore]
  /// All pairs of a track and a label at once.
  public var micro: TagScore

  /// The measures over all labels.
  public var metrics: TagMetrics {
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let ranked = labels.filter { $0.averagePrecision != nil }
    return TagMetrics(
      macroAveragePrecision: mean(ranked.compactMap(\.averagePrecision)),
      microAveragePrecision: micro.averagePrecision,
      macroROCAUC: mean(ranked.compactMap(\.rocAUC)), microROCAUC: micro.rocAUC,
      labelsLeftOut: labels.count - ranked.count)
  }

  /// The mean of F1 over the labels that occur or are predicted; 0 where none does.
  var macroF1: Double {
    let scores = labels.compactMap(\.f1)
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }

  func check(_ subject: String, labels count: Int) throws(TrainingError) {
    guard labels.count == count else {
      throw .record(subject, "it has scores of \(labels.count) labels, and the run has \(count)")
    }
    for score in labels + [micro] { try score.check(subject) }
  }
}

extension TagScore: Codable {
  private enum CodingKeys: String, CodingKey {
    case positives, negatives, averagePrecision, rocAUC, f1, thresholds, truePositives
    case falsePositives
  }

  /// Reads scores whose points are three lists of one length.
  /// - Throws: `DecodingError` for another form.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    positives = try fields.decode(Int.self, forKey: .positives)
    negatives = try fields.decode(Int.self, forKey: .negatives)
    averagePrecision = try fields.decodeIfPresent(Double.self, forKey: .averagePrecision)
    rocAUC = try fields.decodeIfPresent(Double.self, forKey: .rocAUC)
    f1 = try fields.decodeIfPresent(Double.self, forKey: .f1)
    let thresholds = try fields.decode([Double].self, forKey: .thresholds)
    let found = try fields.decode([Int].self, forKey: .truePositives)
    let wrong = try fields.decode([Int].self, forKey: .falsePositives)
    guard thresholds.count == found.count, found.count == wrong.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .thresholds, in: fields, debugDescription: "lists of points differ in length")
    }
    outline = thresholds.indices.map {
      RankedScores.Point(
        threshold: thresholds[$0], truePositives: found[$0], falsePositives: wrong[$0])
    }
  }

  /// Writes the scores, the points as three lists.
  /// - Throws: `EncodingError` where the encoder cannot hold it.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(positives, forKey: .positives)
    try fields.encode(negatives, forKey: .negatives)
    try fields.encodeIfPresent(averagePrecision, forKey: .averagePrecision)
    try fields.encodeIfPresent(rocAUC, forKey: .rocAUC)
    try fields.encodeIfPresent(f1, forKey: .f1)
    try fields.encode(outline.map(\.threshold), forKey: .thresholds)
    try fields.encode(outline.map(\.truePositives), forKey: .truePositives)
    try fields.encode(outline.map(\.falsePositives), forKey: .falsePositives)
  }
}
