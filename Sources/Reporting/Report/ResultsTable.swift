import Wording
import Training

/// The closing table of a study, and what stands beside it.
enum ResultsTable {
  /// Rows that leak stand apart, under a line that says so.
  static func html(_ rows: [ResultRow]) -> String {
    let marked = rows.enumerated().map {
      (leaks: $1.leaks, cells: cells(of: $1, number: $0, withTags: rows.haveTags))
    }
    let parts = [false, true].compactMap { leaks -> HTML.Part? in
      let rows = marked.filter { $0.leaks == leaks }.map(\.cells)
      return rows.isEmpty ? nil : HTML.Part(heading: leaks ? leakHeading : nil, rows: rows)
    }
    let page = HTML.table(
      [
        "Mode", "Trainer", "Split policy", "Runs", "Slice accuracy",
        "Track accuracy [95 %]", "Macro F1",
      ] + (rows.haveTags ? ["PR-AUC", "ROC-AUC"] : []) + ["Tracks", "Parameters", "Training time"],
      words: ResultRow.words, class: "results cards", parts: parts)
    var notes = [
      "Track accuracy is by vote: the mean of the probabilities of a track's slices. The interval is Wilson's, "
        + "over tracks. Figures are of the checkpoint that was chosen (the last where nothing chooses), on the test side.",
      "Macro F1 is over tracks. Training time is a run's, evaluation included. Curves of training are of the "
        + "batches as they were learnt from, with augmentation, dropout and label smoothing where used.",
    ]
    if rows.haveTags {
      notes.append(
        "Where a track may have several labels it counts as right where all are and no other; PR-AUC (average "
          + "precision) and ROC-AUC are means over the labels that some tracks have and some have not."
      )
    }
    if rows.contains(where: \.isBest) {
      notes.append(
        "The best \(rows.haveTags ? "PR-AUC or " : "")track accuracy of those that don't leak is bold."
      )
    }
    if rows.contains(where: { $0.group.kind != .single }) {
      notes.append(
        "Several runs: mean ± standard deviation. The interval of folds is over all their tracks; seeds and "
          + "folds by slices test the same tracks again and have none.")
    }
    return page + "<p class=\"faint\">\(notes.joined(separator: " "))</p>\n"
  }

  private static let leakHeading =
    "Leaks: what these were tested on was trained on, itself or as another take or copy. Their figures tell how well "
    + "tracks are remembered."

  private static func cells(
    of row: ResultRow, number: Int, withTags: Bool
  ) -> [String] {
    let (group, record) = (row.group, row.group.record)
    var policy = HTML.text(record.split.policy)
    if !group.variant.isEmpty { policy += "<br><small>\(HTML.text(group.variant))</small>" }
    if let note = group.trainedTestTracks.note {
      policy += "<br><small class=\"warn\">\(HTML.text(note))</small>"
    }
    if let note = group.trainedTestArtists?.note {
      policy += "<br><small>\(HTML.text(note))</small>"
    }
    var trainer = "<a href=\"#run-\(number + 1)\">\(HTML.text(record.trainer))</a>"
    for state in row.remarkableStates {
      trainer += "<br><small class=\"warn\">\(HTML.text(state))</small>"
    }
    let accuracy = row.figures?.trackAccuracy.percent ?? "–"
    let interval = row.intervalEnds.map { "[\($0.low), \($0.high)]" } ?? ""
    let isRanked = row.figures?.tags != nil
    var tags = withTags ? row.tagCells : []
    if row.isBest, isRanked { tags[0] = "<strong>\(tags[0])</strong>" }
    return [
      HTML.text(record.view), trainer, policy, row.runs,
      row.figures?.sliceAccuracy.percent ?? "–",
      (row.isBest && !isRanked ? "<strong>\(accuracy)</strong>" : accuracy)
        + "<small class=\"interval\">\(interval)</small>",
      row.macroF1,
    ] + tags + [
      row.figures.map { Numbers.grouped($0.tracks) } ?? "–",
      record.parameters.map(Numbers.grouped) ?? "–", Words.duration(row.seconds),
    ]
  }

  /// The table as a figure; nil for a single row, which needs none, and for what has no figures
  /// yet.
  static func chart(_ rows: [ResultRow]) -> AccuracyChart? {
    let rows = rows.prefix(60).compactMap { row -> AccuracyChart.Row? in
      // Where labels are ranked, few tracks are right in all of them.
      guard let figures = row.figures, figures.tags == nil else { return nil }
      let leak = row.group.trainedTestTracks
      return AccuracyChart.Row(
        name: [row.group.name, leak.shortNote].compactMap { $0 }.joined(separator: ": "),
        group: leak.isAny ? "leaks" : row.group.family, tracks: figures.trackAccuracy.mean,
        interval: figures.interval, slices: figures.sliceAccuracy.mean, leaks: leak.isAny)
    }
    return rows.count > 1 ? AccuracyChart(title: "Accuracy on the test side", rows: rows) : nil
  }

  /// The tables of comparisons and of leaks, each with what it says.
  static func further(_ tables: [TextTable]) -> String {
    tables.map { table in
      let (title, text) = table.name == "leaks" ? leaks : comparisons
      return """
        <h2>\(title)</h2>
        <p>\(text)</p>
        \(HTML.table(
          table.titles.map(\.capitalisedFirst), words: table.words, class: "cards",
          rows: table.rows.map { $0.map(HTML.text) }))
        """
    }.joined()
  }

  private static let comparisons = (
    "Configurations on the same tracks",
    """
    Two configurations under one policy: each run of the one is paired with the run of the other that has the same \
    split, test side and seed, so that both were trained and tested on the same tracks. The difference is of track \
    accuracies, in percentage points, the mean over the pairs. Its interval is a bootstrap over tracks (10,000 \
    times; a track is drawn with all its tests); p is McNemar's exact test, which for tracks that are tested under \
    several seeds becomes the exact test of all signs of their differences; Holm's correction is over the \
    comparisons under one policy. Seeds and training sets are those that were run: interval and p say nothing of others.
    """
  )

  private static let leaks = (
    "What leaks gain",
    """
    The same trainer, measured under splits that keep less and less apart. The gap is in percentage points \
    above the strictest split of that trainer: what it measures is memory of tracks or artists, not \
    recognition of music. A gap that is smaller than the intervals may be chance. Two policies test different \
    tracks: the gap on the same tracks is of those that were tested under both, each by the share of its \
    tests that were right, with a bootstrap's interval over tracks. Training sides may differ in size.
    """
  )
}

extension String {
  /// The text with a capital at its start.
  fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
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
