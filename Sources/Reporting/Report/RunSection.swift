import Wording
import Corpus
import DataLoading
import FoundationEssentials
import Training

/// The text of a configuration's section.
enum RunSection {
  static func head(_ group: RunGroup, number: Int) -> String {
    let leak = group.trainedTestTracks.note.map {
      "<br><small class=\"warn\">\(HTML.text($0))</small>"
    }
    let artists = group.trainedTestArtists?.note.map { "<br><small>\(HTML.text($0))</small>" }
    var page =
      "<h2 id=\"run-\(number + 1)\">\(HTML.text(group.name))\(leak ?? "")\(artists ?? "")</h2>\n"
    for run in group.runs {
      let state = RunState(run)
      var lines = run.remarks
      if state.isRemarkable || run.result?.message != nil {
        let message = run.result?.message.map { ": \($0)" } ?? ""
        lines.insert("\(run.path): \(state.text)\(message)", at: 0)
      }
      page += lines.map { "<p class=\"warn\">\(HTML.text($0))</p>\n" }.joined()
    }
    let rows = facts(group).map { ["\(HTML.text($0.0))", HTML.text($0.1)] }
      .map { "<tr><td>\($0[0])</td><td>\($0[1])</td></tr>\n" }.joined()
    return page
      + "<div class=\"scroll\"><table class=\"facts\"><tbody>\n\(rows)</tbody></table></div>\n"
  }

  private static func facts(_ group: RunGroup) -> [(String, String)] {
    let record = group.record
    var facts: [(String, String)] = [
      (record.source.kind == .csv ? "Table" : "Cache", record.source.path),
      ("Split", splits(group)), ("Sides", sides(group)),
      ("Labels", "\(record.labels.count): \(record.labels.prefix(50).joined(separator: ", "))"),
      ("Sample", record.sampleShape.map(String.init).joined(separator: " × ")),
      ("Epochs", epochs(group)),
      ("Batch, threads", "\(record.batchSize), \(record.threads)"),
      ("Seed", list(group.runs.map { "\($0.record.seed)" })),
    ]
    if let parameters = record.parameters {
      facts.append(("Parameters", Numbers.grouped(parameters)))
    }
    if !record.options.isEmpty {
      facts.append(
        (
          "Options",
          record.options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
            .joined(separator: ", ")
        ))
    }
    if let normalisation = record.normalisation {
      let axis = normalisation.statistics.axis == .overall ? "of all numbers" : "of each row"
      facts.append(("Normalisation", "by mean and deviation \(axis), of the training side"))
    }
    if let augmentation = record.augmentation, let json = try? CanonicalJSON.encode(augmentation) {
      facts.append(("Augmentation", String(decoding: json, as: UTF8.self)))
    }
    facts.append(("Time", time(group)))
    facts.append(("Begun", "\(list(group.runs.map(\.record.startedAt))), lathe \(record.lathe)"))
    return facts
  }

  /// What all have, or what each has, shortened.
  private static func list(_ values: [String]) -> String {
    var unique: [String] = []
    for value in values where !unique.contains(value) { unique.append(value) }
    return unique.prefix(10).joined(separator: ", ") + (unique.count > 10 ? ", …" : "")
  }

  private static func splits(_ group: RunGroup) -> String {
    list(group.runs.map { "\($0.record.split.name) (\($0.record.split.fingerprint.prefix(12)))" })
  }

  private static func sides(_ group: RunGroup) -> String {
    let record = group.record
    if group.testsSeveralSides {
      let tests = list(group.runs.map { $0.record.sides.test ?? "none" })
      return "tested in turn on \(tests), trained on the others of \(record.split.sides.count)"
    }
    func phrase(_ side: String, _ use: String) -> String {
      let counts = [
        record.tracks[side].map { Words.counted($0, "track") },
        record.samples[side].map { Words.counted($0, "slice") },
      ].compactMap { $0 }
      return "\(use) on \(side)" + (counts.isEmpty ? "" : " (\(counts.joined(separator: ", ")))")
    }
    var sides = [phrase(record.sides.training, "trained")]
    if let side = record.sides.selection { sides.append(phrase(side, "chosen")) }
    if let side = record.sides.test { sides.append(phrase(side, "tested")) }
    return sides.joined(separator: "; ")
  }

  private static func epochs(_ group: RunGroup) -> String {
    if group.runs.count == 1 {
      let run = group.runs[0]
      let done = run.result?.epochs ?? run.epochs.count
      let isChosen = run.record.sides.selection != nil
      let best = isChosen ? run.result?.bestEpoch ?? run.epochs.last { $0.isBest }?.epoch : nil
      return "\(done) of \(run.record.epochs)" + (best.map { ", the best is epoch \($0)" } ?? "")
    }
    return
      "\(list(group.runs.map { "\($0.result?.epochs ?? $0.epochs.count)" })) of \(group.record.epochs)"
  }

  private static func time(_ group: RunGroup) -> String {
    let seconds = Spread(group.runs.map(RunState.seconds))?.mean ?? 0
    let epochs = group.runs.flatMap(\.epochs)
    let training = epochs.reduce(0) { $0 + $1.trainSeconds }
    let waiting = epochs.reduce(0) { $0 + $1.loaderSeconds }
    var text = Words.duration(seconds) + (group.runs.count > 1 ? " a run" : "")
    if let rate = Spread(epochs.map(\.samplesPerSecond).filter { $0 > 0 && $0.isFinite })?.mean {
      text += ", \(Numbers.short(rate)) samples/s"
    }
    if training > 0, waiting.isFinite {
      text += ", \(Numbers.percent(waiting / training)) of training spent waiting for batches"
    }
    return text
  }

  /// Recall and precision of each label, and which labels are confused most.
  static func labels(_ group: RunGroup, _ figures: GroupFigures) -> String {
    guard let matrix = figures.trackConfusion else { return "" }
    let names = group.record.labels
    func share(_ value: Double?) -> String { value.map { Numbers.percent($0) } ?? "–" }
    let rows = names.indices.map { index in
      [
        HTML.text(names[index]), Numbers.grouped(matrix.support(index)),
        share(matrix.recall(index)), share(matrix.precision(index)), share(matrix.f1(index)),
        share(figures.sliceConfusion?.recall(index)),
      ]
    }
    var page = "<div><h3>Labels, by tracks</h3>\n"
    page += HTML.table(
      ["Label", "Tracks", "Recall", "Precision", "F1", "Recall of slices"], words: 1, rows: rows)
    let pairs = ConfusedPairs.pairs(of: matrix)
    if !pairs.isEmpty {
      page += "<h3>Most confused</h3>\n"
      page += HTML.table(
        ["True", "Taken for", "Tracks", "Of the label's"], words: 2,
        rows: pairs.map {
          [
            HTML.text(names[$0.label]), HTML.text(names[$0.predicted]), Numbers.grouped($0.count),
            Numbers.percent($0.share, 0),
          ]
        })
    }
    return page + "</div>\n"
  }

  private static func cells(of run: RunContents) -> [String] {
    let metrics = RunFigures(run)?.metrics
    func fixed(_ value: Double?) -> String { value.map { Numbers.fixed($0, 3) } ?? "–" }
    var cells = [
      HTML.text(run.path), HTML.text(run.record.sides.test ?? "–"), "\(run.record.seed)",
      metrics.map { Numbers.percent($0.sliceAccuracy) } ?? "–",
      metrics.map { Numbers.percent($0.trackAccuracy) } ?? "–", fixed(metrics?.macroF1),
    ]
    if run.record.isTagged {
      cells += [fixed(metrics?.tags?.macroAveragePrecision), fixed(metrics?.tags?.macroROCAUC)]
    }
    return cells + [Words.duration(RunState.seconds(run))]
  }

  /// Each run of a group, and how to repeat it.
  static func tail(_ group: RunGroup) -> String {
    var page = ""
    if group.runs.count > 1 {
      page += "<details><summary>Each of the \(Words.counted(group.runs.count, "run"))</summary>\n"
      page += HTML.table(
        ["Run", "Test side", "Seed", "Slice accuracy", "Track accuracy", "Macro F1"]
          + (group.record.isTagged ? ["PR-AUC", "ROC-AUC"] : []) + ["Time"],
        words: 2,
        rows: group.runs.map { cells(of: $0) })
      page += "</details>\n"
    }
    let commands = group.runs.map { HTML.text(RunCommand.text($0.record)) }
    return page + "<h3>To repeat it</h3>\n<pre>\(commands.joined(separator: "\n"))</pre>\n"
  }
}

/// Which labels are taken for which others.
enum ConfusedPairs {
  struct Pair: Sendable, Hashable {
    let label, predicted, count: Int
    /// Of all that have the label.
    let share: Double
  }

  /// The pairs with the most, at most `limit`; of equals the larger share, then the earlier label.
  static func pairs(of matrix: ConfusionMatrix, limit: Int = 8) -> [Pair] {
    matrix.counts.indices.flatMap { label -> [Pair] in
      let support = matrix.support(label)
      return matrix.counts.indices.compactMap { predicted in
        let count = matrix.counts[label][predicted]
        guard count > 0, label != predicted else { return nil }
        return Pair(
          label: label, predicted: predicted, count: count,
          share: Double(count) / Double(support))
      }
    }.sorted {
      ($1.count, $1.share, $0.label, $0.predicted) < ($0.count, $0.share, $1.label, $1.predicted)
    }.prefix(limit).map { $0 }
  }
}
