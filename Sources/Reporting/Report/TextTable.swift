import Training

/// What a report says of comparisons and of leaks, as text: the same cells for the page, the
/// terminal and the files.
struct TextTable {
  /// The name of its files.
  let name: String
  let titles: [String]
  /// How many columns, from the first, are words and not numbers.
  let words: Int
  var rows: [[String]]
  /// The same as data: names of columns, and lines of shares from 0 to 1.
  let columns: [String]
  let lines: [[String]]
}

extension TextTable {
  /// Differences between configurations on the same tracks.
  init(_ comparisons: [PairedComparison]) {
    name = "comparisons"
    titles = [
      "policy", "configuration", "compared with", "pairs of runs", "tracks", "difference",
      "95 % interval", "only first right", "only second", "p", "p (Holm)",
    ]
    words = 3
    rows = comparisons.map { row in
      [
        row.policy, row.first, row.second, "\(row.pairs)", Numbers.grouped(row.tracks),
        Self.points(row.difference), Self.points(row.interval), Numbers.grouped(row.wins.first),
        Numbers.grouped(row.wins.second), Self.chance(row.pValue), Self.chance(row.corrected),
      ]
    }
    columns = [
      "policy", "first", "second", "pairs", "tracks", "difference", "difference_low",
      "difference_high", "only_first_right", "only_second_right", "p", "p_holm",
    ]
    lines = comparisons.map { row in
      [
        row.policy, row.first, row.second, "\(row.pairs)", "\(row.tracks)", "\(row.difference)",
        "\(row.interval.lowerBound)", "\(row.interval.upperBound)", "\(row.wins.first)",
        "\(row.wins.second)", "\(row.pValue)", "\(row.corrected)",
      ]
    }
  }

  /// What each leak gains.
  init(_ gaps: LeakGaps) {
    name = "leaks"
    titles = [
      "mode", "trainer", "policy", "slices right", "gap", "tracks right", "gap",
      "on the same tracks",
      "95 % interval", "tracks",
    ]
    words = 3
    let all = gaps.families.flatMap(\.self)
    rows = all.map { row in
      [
        row.group.record.view, row.trainer, row.group.record.split.policy,
        row.figures.sliceAccuracy.percent, Self.points(row.sliceGap),
        row.figures.trackAccuracy.percent, Self.points(row.trackGap),
        Self.points(row.paired?.difference), row.paired.map { Self.points($0.interval) } ?? "–",
        row.paired.map { Numbers.grouped($0.tracks) } ?? "–",
      ]
    }
    columns = [
      "mode", "trainer", "policy", "slice_accuracy", "slice_gap", "track_accuracy", "track_gap",
      "paired_gap", "paired_gap_low", "paired_gap_high", "paired_tracks",
    ]
    lines = all.map { row in
      let numbers: [Double?] = [
        row.figures.sliceAccuracy.mean, row.sliceGap, row.figures.trackAccuracy.mean, row.trackGap,
        row.paired?.difference, row.paired?.interval.lowerBound, row.paired?.interval.upperBound,
      ]
      return [row.group.record.view, row.trainer, row.group.record.split.policy]
        + numbers.map { $0.map { "\($0)" } ?? "" } + [row.paired.map { "\($0.tracks)" } ?? ""]
    }
  }

  /// Points of percent with their sign; "–" for none.
  static func points(_ gap: Double?) -> String {
    guard let gap else { return "–" }
    let text = Numbers.fixed(gap * 100, 1)
    return gap > 0 && text != "0.0" ? "+\(text)" : text == "−0.0" ? "0.0" : text
  }

  private static func points(_ ends: ClosedRange<Double>) -> String {
    "\(points(ends.lowerBound)) to \(points(ends.upperBound))"
  }

  /// A p-value: three digits, or what it is below.
  static func chance(_ value: Double) -> String {
    value < 0.0005 ? "< 0.001" : Numbers.fixed(value, 3)
  }
}
