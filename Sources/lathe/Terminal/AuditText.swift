import Wording
import Corpus

/// What an audit found, as a person reads it.
enum AuditText {
  private static let maximumNames = 8

  /// The whole audit.
  static func lines(_ audit: SplitAudit) -> [String] {
    var lines = ["split \(Words.shown(audit.split)) (\(Words.shown(audit.policy.rawValue)))"]
    if audit.leaksByDesign {
      lines.append("  leaks by design: slices of one track lie on several sides")
    }
    lines += SplitTable.lines(audit).map { "  " + $0 }
    if let remark = balance(audit) { lines.append("  " + remark) }
    if let remark = absentLabels(audit) { lines.append("  " + remark) }
    if let remark = distribution(audit) { lines.append("  " + remark) }
    lines.append("  tracks of the second side that share something with the first, in percent:")
    lines += table(audit.pairs).map { "    " + $0 }
    lines += names(audit.pairs).map { "  " + $0 }
    lines += faults(audit.sides).map { "  " + $0 }
    lines += unknown(audit.sides).map { "  " + $0 }
    return lines
  }

  /// The furthest label; nil where no shares were asked for.
  static func balance(_ audit: SplitAudit) -> String? {
    if case .published = audit.policy { return nil }
    guard let worst = audit.balance.worst, let label = worst.label,
      abs(Double(worst.got) - worst.target) >= 0.05 || !audit.balance.emptySides.isEmpty
    else { return nil }
    let empty = audit.balance.emptySides.map(Words.shown).joined(separator: ", ")
    return "furthest from its share: \(Words.shown(label)) in \(Words.shown(worst.side)), "
      + "\(Words.tracks(worst.got)) of \(Words.fixed(worst.target, 1))"
      + (empty.isEmpty ? "" : "; no track in \(empty): there are too few groups or tracks")
  }

  /// How evenly labels are shared out; nil where each track has one.
  static func distribution(_ audit: SplitAudit) -> String? {
    guard let distribution = audit.distribution else { return nil }
    let odds =
      distribution.labels.map { "LD \(Words.fixed($0, 5))" } ?? "a side has a label on all tracks"
    return "distribution of labels: \(odds), ED \(Words.fixed(distribution.examples, 2)) tracks, "
      + "\(Words.counted(distribution.emptyPairs, "pair")) of label and side without a track"
  }

  /// The labels that a side lacks, `no blues in test`; nil where none is missing.
  static func absentLabels(_ audit: SplitAudit) -> String? {
    let absent = audit.balance.absentLabels
    return absent.isEmpty ? nil : Self.absent(absent.map { ($0.side, $0.labels) })
  }

  /// The labels that sides lack, `no blues in test`.
  static func absent(_ sides: [(key: String, value: [String])]) -> String {
    sides.map { side, labels in
      "no \(Words.list(labels, atMost: 12)) in \(Words.shown(side))"
    }.joined(separator: "; ")
  }

  /// That a split is not the dataset's own; nil where it is, and where the dataset has none.
  static func comparability(_ policy: SplitPolicy, official: [String]) -> String? {
    if official.isEmpty { return nil }
    if case .published(let name) = policy, official.contains(name) { return nil }
    return "not comparable with published figures, which are of the dataset's own "
      + "\(official.count == 1 ? "split" : "splits") \(Words.list(official.map(Words.shown)))"
  }

  /// One line: clean, or the worst.
  static func line(_ name: String, _ summary: SplitAudit.Summary, cache: String) -> String {
    let start = "audit of \(Words.shown(name)): "
    let worst = SplitAudit.Relation.allCases.max {
      summary.highestPercent[$0, default: 0] < summary.highestPercent[$1, default: 0]
    }
    guard let worst, let percent = summary.highestPercent[worst], percent > 0 else {
      let unknown = summary.unknownArtists
      return start + "nothing is on two sides"
        + (unknown > 0
          ? ", as far as is known: \(Words.tracks(unknown)) without a known artist" : "")
    }
    return start + (summary.leaksByDesign ? "leaks by design; " : "")
      + "up to \(Words.fixed(percent, 1)) % of a side's tracks share \(noun(worst)) with another side; "
      + "lathe audit \(cache) names them"
      + (summary.policy == .stratified
        ? ", lathe split \(cache) --policy grouped keeps them together" : "")
  }

  private static func noun(_ relation: SplitAudit.Relation) -> String {
    switch relation {
    case .tracks: "slices of one track"
    case .recordings: "a recording"
    case .neighbours: "a near-duplicate"
    case .artists: "an artist"
    case .titles: "artist and title"
    }
  }

  private static func table(_ pairs: [SplitAudit.Pair]) -> [String] {
    var rows = [["first", "second"] + SplitAudit.Relation.allCases.map(\.rawValue)]
    for pair in pairs {
      rows.append(
        [Words.shown(pair.first), Words.shown(pair.second)]
          + SplitAudit.Relation.allCases.map { relation in
            guard let overlap = pair.shared[relation], overlap.tracks > 0 else { return "0" }
            return "\(Words.fixed(overlap.percent, 1)) (\(overlap.tracks))"
          })
    }
    return Words.table(rows)
  }

  private static func names(_ pairs: [SplitAudit.Pair]) -> [String] {
    pairs.flatMap { pair in
      SplitAudit.Relation.allCases.compactMap { relation -> String? in
        guard let names = pair.shared[relation]?.names, !names.isEmpty else { return nil }
        let shown = names.prefix(maximumNames).map(Words.shown).joined(separator: "; ")
        let more = names.count - maximumNames
        return "\(Words.shown(pair.first)) and \(Words.shown(pair.second)), \(relation.rawValue): "
          + shown + (more > 0 ? "; and \(Words.count(more)) more" : "")
      }
    }
  }

  private static func faults(_ sides: [SplitAudit.Side]) -> [String] {
    sides.filter { !$0.faults.isEmpty }.map { side in
      let kinds = side.faults.sorted { ByteOrder.precedes($0.key, $1.key) }
      return "known faults in \(Words.shown(side.name)): "
        + kinds.map { "\(Words.shown($0.key)) \($0.value)" }.joined(separator: ", ")
    }
  }

  private static func unknown(_ sides: [SplitAudit.Side]) -> [String] {
    let unknown = sides.filter { $0.unknownArtists > 0 }
    if unknown.isEmpty { return [] }
    return [
      "no known artist: "
        + unknown.map { "\($0.unknownArtists) of \($0.tracks) in \(Words.shown($0.name))" }
        .joined(separator: ", ") + "; these count as not shared, so the figures are lower bounds"
    ]
  }
}

/// Tracks of each label and side.
enum SplitTable {
  static func lines(_ audit: SplitAudit) -> [String] {
    let labels = Set(audit.sides.flatMap(\.labels.keys)).sorted(by: ByteOrder.precedes)
    var rows = [["label"] + audit.sides.map { Words.shown($0.name) }]
    for label in labels {
      rows.append([Words.shown(label)] + audit.sides.map { "\($0.labels[label] ?? 0)" })
    }
    rows.append(["all"] + audit.sides.map { "\($0.tracks)" })
    return Words.table(rows)
  }
}
