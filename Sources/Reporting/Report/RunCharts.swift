import Training

/// The figures of a group of runs.
struct RunCharts {
  let loss: LineChart
  let accuracy: LineChart
  let trackConfusion: ConfusionChart?
  let sliceConfusion: ConfusionChart?
  /// Where a track may have several labels, both curves of the first run that has ended.
  let rankings: [RankingChart]

  init(_ group: RunGroup) {
    var losses = [Self.series("training", group, colour: 0) { $1.train.loss }]
    let figures = GroupFigures(group)
    let isRanked = figures?.tags != nil
    var accuracies =
      isRanked ? [] : [Self.series("training", group, colour: 0) { $1.train.accuracy }]
    for (index, side) in EvaluatedSide.sides(of: group).enumerated() {
      let colour = index + 1
      losses.append(Self.series(side.name, group, colour: colour) { side.metrics($0, $1)?.loss })
      accuracies.append(
        Self.series("\(side.name)\(isRanked ? ", PR-AUC" : "")", group, colour: colour) {
          let metrics = side.metrics($0, $1)
          return isRanked ? metrics?.tags?.macroAveragePrecision : metrics?.sliceAccuracy
        })
      accuracies.append(
        Self.series(
          "\(side.name), \(isRanked ? "ROC-AUC" : "tracks")", group, colour: colour, isDashed: true
        ) {
          let metrics = side.metrics($0, $1)
          return isRanked ? metrics?.tags?.macroROCAUC : metrics?.trackAccuracy
        })
    }
    // A figure may be shown far from the page that says what it is worth.
    let name = [group.name, group.trainedTestTracks.shortNote].compactMap { $0 }
      .joined(separator: ": ")
    loss = LineChart(
      title: "Loss: \(name)", valueTitle: "loss, mean over slices", quantity: .number,
      series: losses, mark: Self.mark(group))
    accuracy = LineChart(
      title: "\(isRanked ? "Ranking of labels" : "Accuracy"): \(name)",
      valueTitle: isRanked ? "area, mean over labels" : "accuracy", quantity: .share,
      series: accuracies, mark: Self.mark(group))
    let side = group.runs.lazy.compactMap(RunFigures.init).first?.side ?? "test"
    let tested = group.testsSeveralSides ? "all folds" : side
    func chart(_ unit: String, _ matrix: ConfusionMatrix?) -> ConfusionChart? {
      // Too many labels to draw: the table lists them.
      guard let matrix, matrix.labels > 0 else { return nil }
      return try? ConfusionChart(
        title: "\(unit) of \(tested): \(name)", unit: unit.lowercased(), matrix: matrix,
        labels: group.record.labels)
    }
    trackConfusion = chart("Tracks", figures?.trackConfusion)
    sliceConfusion = chart("Slices", figures?.sliceConfusion)
    let scores = figures?.tags?.scores.first
    rankings = RankingChart.Kind.allCases.compactMap { kind in
      scores.map {
        RankingChart(
          title:
            "\(kind == .precisionRecall ? "Precision and recall" : "Receiver operating characteristic"), "
            + "\(tested): \(name)", kind: kind, scores: $0)
      }
    }
  }

  private static func mark(_ group: RunGroup) -> (epoch: Int, name: String)? {
    // Where nothing chooses, the last epoch counts, which needs no mark.
    guard group.kind == .single, group.record.sides.selection != nil,
      let best = group.runs[0].result?.bestEpoch
    else { return nil }
    return (best, "best: epoch \(best)")
  }

  /// The values of one run, or the mean of several with their band.
  private static func series(
    _ name: String, _ group: RunGroup, colour: Int, isDashed: Bool = false,
    _ value: (RunContents, EpochRecord) -> Double?
  ) -> LineChart.Series {
    var values: [Double?] = []
    var band: [ClosedRange<Double>?] = []
    let curves = group.runs.map { run in run.epochs.map { value(run, $0) } }
    for epoch in 0..<(curves.map(\.count).max() ?? 0) {
      let all = curves.compactMap { $0.indices.contains(epoch) ? $0[epoch] : nil }
      let finite = all.filter(\.isFinite)
      if let mean = Spread(finite)?.mean {
        values.append(mean)
      } else {
        values.append(all.first)
      }
      if !isDashed, let low = finite.min(), let high = finite.max(), finite.count > 1 {
        band.append(low...high)
      } else {
        band.append(nil)
      }
    }
    return LineChart.Series(
      name: name, values: values, band: band, colour: colour, isDashed: isDashed)
  }
}

/// A side that runs were evaluated on: by what it is for, since each fold has another name for it.
private struct EvaluatedSide {
  let name: String
  private let side: @Sendable (RunContents) -> String?

  func metrics(_ run: RunContents, _ epoch: EpochRecord) -> SideMetrics? {
    side(run).flatMap { epoch.evaluations[$0] }
  }

  static func sides(of group: RunGroup) -> [EvaluatedSide] {
    let isFolds = group.testsSeveralSides
    var sides = [
      EvaluatedSide(name: isFolds ? "test" : group.record.sides.test ?? "test") {
        $0.record.sides.test
      },
      EvaluatedSide(name: isFolds ? "selection" : group.record.sides.selection ?? "selection") {
        $0.record.sides.selection
      },
    ]
    let roles = Set(group.runs.flatMap { [$0.record.sides.test, $0.record.sides.selection] })
    let others = Set(group.runs.flatMap { $0.epochs.flatMap(\.evaluations.keys) })
      .filter { !roles.contains($0) }
    sides += others.sorted().prefix(6).map { name in EvaluatedSide(name: name) { _ in name } }
    return sides.filter { side in
      group.runs.contains { run in run.epochs.contains { side.metrics(run, $0) != nil } }
    }
  }
}
