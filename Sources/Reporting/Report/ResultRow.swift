import Wording
import Training

/// What a group of runs came to, as numbers: a row of the closing table and of the files that go
/// with the page.
struct ResultRow: Sendable {
  let group: RunGroup
  /// Nil where no epoch has been evaluated yet.
  let figures: GroupFigures?
  /// Whether it is the best of those that were tested on what they hadn't learnt from.
  let isBest: Bool

  /// Rows in the order of the groups.
  static func rows(_ groups: [RunGroup]) -> [ResultRow] {
    let figures = groups.map(GroupFigures.init)
    // What leaks is not compared with what doesn't, nor one collection with another.
    var best: [String: Double] = [:]
    for (group, figures) in zip(groups, figures) {
      guard let figures, isComparable(group) else { continue }
      let path = group.record.source.path
      best[path] = max(best[path] ?? 0, figures.score)
    }
    return zip(groups, figures).map { group, figures in
      ResultRow(
        group: group, figures: figures,
        isBest: isComparable(group) && figures != nil
          && figures?.score == best[group.record.source.path])
    }
  }

  private static func isComparable(_ group: RunGroup) -> Bool {
    !group.trainedTestTracks.isAny && !group.runs.contains { RunState($0).isRemarkable }
  }

  /// Whether it was tested on what it had learnt from.
  var leaks: Bool { group.trainedTestTracks.isAny }

  /// The states of its runs that need a word of warning.
  var remarkableStates: [String] {
    Set(group.runs.map(RunState.init)).filter(\.isRemarkable).map(\.text).sorted()
  }

  /// How long a run took, the mean of several.
  var seconds: Double { Spread(group.runs.map(RunState.seconds))?.mean ?? 0 }

  /// What its runs are, such as "5 folds".
  var runs: String {
    switch group.kind {
    case .single: "1"
    case .folds: Words.counted(group.runs.count, "fold")
    // Folds of several splits, or one thing with several seeds.
    case .repeats: "\(group.runs.count) \(group.testsSeveralSides ? "folds" : "seeds")"
    }
  }

  /// Policy and what else tells it from others.
  var policy: String {
    [group.record.split.policy, group.variant].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The ends of the interval in percent.
  var intervalEnds: (low: String, high: String)? {
    figures?.interval.map {
      (Numbers.fixed($0.lowerBound * 100, 1), Numbers.fixed($0.upperBound * 100, 1))
    }
  }

  /// Macro F1 with its spread.
  var macroF1: String {
    TagFigures.text(figures?.macroF1)
  }

  /// The cells of the table as plain text, without the 95 % interval's brackets.
  /// - Parameter withTags: whether there are columns for how well labels are ranked.
  func cells(withTags: Bool) -> [String] {
    let trainer = ([group.record.trainer] + remarkableStates.map { "(\($0))" })
      .joined(separator: " ")
    var cells = [
      group.record.view, trainer, policy, runs, figures?.sliceAccuracy.percent ?? "–",
      figures?.trackAccuracy.percent ?? "–",
      intervalEnds.map { "\($0.low) to \($0.high)" } ?? "–", macroF1,
    ]
    if withTags { cells += tagCells }
    cells += [
      figures.map { Numbers.grouped($0.tracks) } ?? "–",
      group.record.parameters.map(Numbers.grouped) ?? "–", Words.duration(seconds),
      [group.trainedTestTracks.shortNote, group.trainedTestArtists?.shortNote]
        .compactMap { $0 }.joined(separator: ", "),
    ]
    return cells
  }

  /// The means over labels of average precision and of ROC-AUC.
  var tagCells: [String] {
    [figures?.tags?.macroAveragePrecision, figures?.tags?.macroROCAUC].map(TagFigures.text)
  }

  /// What the cells are, for people.
  static func titles(withTags: Bool) -> [String] {
    [
      "mode", "trainer", "policy", "runs", "slices right", "tracks right", "95 % interval",
      "macro F1",
    ] + (withTags ? ["PR-AUC", "ROC-AUC"] : []) + [
      "tracks", "parameters", "time", "seen in training",
    ]
  }
  /// How many of the cells, from the first, are words and not numbers.
  static let words = 3
  /// The cell that is set in bold in the best row.
  var bestCell: Int { figures?.tags == nil ? 5 : 8 }
}

extension [ResultRow] {
  /// Whether one of them is of runs whose tracks may have several labels.
  var haveTags: Bool { contains { $0.figures?.tags != nil } }
}
