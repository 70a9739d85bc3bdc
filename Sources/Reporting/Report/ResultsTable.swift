import Training

/// The closing table of a study, and what stands beside it.
enum ResultsTable {
  static func html(_ groups: [RunGroup]) -> String {
    let rows = groups.enumerated().map { index, group in row(group, number: index) }
    let page = HTML.table(
      [
        "Mode", "Trainer", "Split policy", "Runs", "Slice accuracy",
        "Track accuracy [95 %]", "Macro F1", "Tracks", "Parameters", "Training time",
      ], words: 3, class: "results", rows: rows)
    var notes = [
      "Track accuracy is by vote: the mean of the probabilities of a track's slices. The interval is Wilson's, "
        + "over tracks. Figures are of the checkpoint that was chosen (the last where nothing chooses), on the test side.",
      "Macro F1 is over tracks. Training time is a run's, evaluation included. Curves of training are of the "
        + "batches as they were learnt from, with augmentation, dropout and label smoothing where used.",
    ]
    if groups.contains(where: { $0.kind != .single }) {
      notes.append(
        "Several runs: mean ± standard deviation. The interval of folds is over all their tracks; seeds and "
          + "folds by slices test the same tracks again and have none.")
    }
    return page + "<p class=\"faint\">\(notes.joined(separator: " "))</p>\n"
  }

  private static func row(_ group: RunGroup, number: Int) -> [String] {
    let record = group.record
    var policy = HTML.text(record.split.policy)
    if !group.variant.isEmpty { policy += "<br><small>\(HTML.text(group.variant))</small>" }
    var trainer = "<a href=\"#run-\(number + 1)\">\(HTML.text(record.trainer))</a>"
    for state in Set(group.runs.map(RunState.init)).sorted(by: { $0.text < $1.text })
    where state.isRemarkable {
      trainer += "<br><small class=\"warn\">\(HTML.text(state.text))</small>"
    }
    let figures = GroupFigures(group)
    return [
      HTML.text(record.view), trainer, policy, runs(group), figures?.sliceAccuracy.percent ?? "–",
      "<strong>\(figures?.trackAccuracy.percent ?? "–")</strong>"
        + "<small class=\"interval\">\(interval(figures?.interval))</small>",
      figures.map { f1($0.macroF1) } ?? "–", figures.map { Numbers.grouped($0.tracks) } ?? "–",
      record.parameters.map(Numbers.grouped) ?? "–", time(group),
    ]
  }

  private static func runs(_ group: RunGroup) -> String {
    switch group.kind {
    case .single: "1"
    case .folds: "\(group.runs.count) folds"
    // Folds of several splits, or one thing with several seeds.
    case .repeats: "\(group.runs.count) \(group.testsSeveralSides ? "folds" : "seeds")"
    }
  }

  private static func time(_ group: RunGroup) -> String {
    Numbers.duration(Spread(group.runs.map(RunState.seconds))?.mean ?? 0)
  }

  private static func interval(_ interval: ClosedRange<Double>?) -> String {
    guard let interval else { return "" }
    let ends = [interval.lowerBound, interval.upperBound].map { Numbers.fixed($0 * 100, 1) }
    return "[\(ends.joined(separator: ", "))]"
  }

  private static func f1(_ spread: Spread) -> String {
    let mean = Numbers.fixed(spread.mean, 3)
    return spread.deviation.map { "\(mean) ± \(Numbers.fixed($0, 3))" } ?? mean
  }

  /// The table as text, the head first.
  static func text(_ groups: [RunGroup]) -> [[String]] {
    let head = [
      "mode", "trainer", "policy", "runs", "slices right", "tracks right", "95 % interval",
      "macro F1", "tracks", "parameters", "time",
    ]
    return [head]
      + groups.map { group in
        let figures = GroupFigures(group)
        let ends = figures?.interval.map {
          [$0.lowerBound, $0.upperBound].map { Numbers.fixed($0 * 100, 1) }
            .joined(separator: " to ")
        }
        let state = Set(group.runs.map(RunState.init)).first { $0.isRemarkable }
        let trainer = group.record.trainer + (state.map { " (\($0.text))" } ?? "")
        return [
          group.record.view, trainer,
          [group.record.split.policy, group.variant].filter { !$0.isEmpty }.joined(separator: ", "),
          runs(group), figures?.sliceAccuracy.percent ?? "–", figures?.trackAccuracy.percent ?? "–",
          ends ?? "–", figures.map { f1($0.macroF1) } ?? "–",
          figures.map { Numbers.grouped($0.tracks) } ?? "–",
          group.record.parameters.map(Numbers.grouped) ?? "–", time(group),
        ]
      }
  }

  /// The table as a figure; nil for a single row, which needs none, and for what has no figures yet.
  static func chart(_ groups: [RunGroup]) -> AccuracyChart? {
    let rows = groups.prefix(60).compactMap { group -> AccuracyChart.Row? in
      guard let figures = GroupFigures(group) else { return nil }
      return AccuracyChart.Row(
        name: group.name, group: group.family, tracks: figures.trackAccuracy.mean,
        interval: figures.interval, slices: figures.sliceAccuracy.mean)
    }
    return rows.count > 1 ? AccuracyChart(title: "Accuracy on the test side", rows: rows) : nil
  }

  /// What leaks gain; nothing where no trainer was run under several policies.
  static func leaks(_ gaps: LeakGaps) -> String {
    if gaps.families.isEmpty { return "" }
    func points(_ gap: Double?) -> String {
      guard let gap else { return "–" }
      let text = Numbers.fixed(gap * 100, 1)
      return gap > 0 && text != "0.0" ? "+\(text)" : text
    }
    let rows = gaps.families.flatMap { family in
      family.map { row in
        [
          HTML.text(row.group.record.view), HTML.text(row.group.record.trainer),
          HTML.text(row.group.record.split.policy), row.figures.sliceAccuracy.percent,
          points(row.sliceGap), row.figures.trackAccuracy.percent, points(row.trackGap),
        ]
      }
    }
    return """
      <h2>What leaks gain</h2>
      <p>The same trainer, measured under splits that keep less and less apart. The gap is in percentage points \
      above the strictest split of that trainer: what it measures is memory of tracks or artists, not \
      recognition of music. A gap that is smaller than the intervals may be chance.</p>
      \(HTML.table(
        ["Mode", "Trainer", "Split policy", "Slice accuracy", "Gap", "Track accuracy", "Gap"],
        words: 3, rows: rows))
      """
  }
}

/// How far a run has come.
struct RunState: Sendable, Hashable {
  let text: String
  /// Whether its figures need a word of warning.
  let isRemarkable: Bool

  init(_ run: RunContents) {
    switch run.result?.status {
    case .finished: (text, isRemarkable) = ("finished", false)
    case .stoppedEarly: (text, isRemarkable) = ("stopped early, as no epoch was better", false)
    case .interrupted: (text, isRemarkable) = ("interrupted", true)
    case .diverged: (text, isRemarkable) = ("diverged", true)
    case .failed: (text, isRemarkable) = ("failed", true)
    case nil: (text, isRemarkable) = ("not ended", true)
    }
  }

  /// How long a run took, or has taken so far.
  static func seconds(_ run: RunContents) -> Double {
    run.result?.seconds ?? run.epochs.reduce(0) { $0 + $1.seconds }
  }
}
