import Wording
import Corpus
import Foundation
import Training

/// What a training came to, as lines for people.
enum TrainingText {
  /// `81.6 %`
  static func percent(_ share: Double) -> String { Words.fixed(share * 100, 1) + " %" }

  /// What sides lack, a line each.
  static func lines(_ sides: [TrainingSource.LackingSide]) -> [String] {
    sides.map { side in
      let effect = side.name == nil ? "cannot be learnt" : "is not measured"
      return "\(Words.shown(side.name ?? "the training side")) has no sample of "
        + "\(Words.list(side.labels)): what it lacks \(effect)"
    }
  }

  /// What a side that is measured has in common with what was trained on.
  static func remarks(learntTracks: Int?, overlap: TrackOverlap?) -> [String] {
    var remarks: [String] = []
    if let learnt = learntTracks, learnt > 0 {
      remarks.append("\(Words.tracks(learnt)) of it were trained on")
    }
    if let overlap, overlap.recordings > learntTracks ?? 0 {
      remarks.append(
        "other takes or copies of \(Words.tracks(overlap.recordings)) of it were trained on")
    }
    if let overlap, overlap.sharedArtists > 0 {
      remarks.append(
        "\(Words.count(overlap.sharedArtists)) of its \(Words.counted(overlap.artists, "artist")) "
          + "were trained on")
    }
    return remarks
  }

  /// How it ended, as lines for people.
  static func lines(_ result: ResultRecord, _ record: RunRecord) -> [String] {
    let best = result.bestEpoch.map { record.sides.selection == nil ? "" : ", the best was \($0)" }
    return [
      "\(Words.counted(result.epochs, "epoch")) in \(Words.duration(result.seconds))\(best ?? "")"
    ] + table(result.evaluations)
  }

  /// The metrics of sides, as a table; nothing where there are none.
  static func table(_ evaluations: [String: SideEvaluation]) -> [String] {
    if evaluations.values.contains(where: { $0.tags != nil }) { return tagTable(evaluations) }
    var rows = [["side", "slices right", "tracks right", "95 % interval", "macro F1", "tracks"]]
    for (name, side) in evaluations.sorted(by: { $0.key > $1.key }) {
      let metrics = side.metrics
      let interval = metrics.trackInterval.map { Words.fixed($0 * 100, 1) }.joined(
        separator: " to ")
      rows.append([
        Words.shown(name), percent(metrics.sliceAccuracy), percent(metrics.trackAccuracy),
        interval, Words.fixed(metrics.macroF1, 3), Words.count(metrics.tracks),
      ])
    }
    return rows.count > 1 ? Words.table(rows).map { "  " + $0 } : []
  }

  /// How well labels are ranked, where a track may have several.
  private static func tagTable(_ evaluations: [String: SideEvaluation]) -> [String] {
    func text(_ value: Double?) -> String { value.map { Words.fixed($0, 3) } ?? "–" }
    var rows = [
      ["side", "PR-AUC macro", "micro", "ROC-AUC macro", "micro", "labels", "tracks"]
    ]
    var remarks: [String] = []
    for (name, side) in evaluations.sorted(by: { $0.key > $1.key }) {
      guard let tags = side.metrics.tags, let all = side.tags?.labels.count else { continue }
      rows.append([
        Words.shown(name), text(tags.macroAveragePrecision), text(tags.microAveragePrecision),
        text(tags.macroROCAUC), text(tags.microROCAUC), Words.count(all - tags.labelsLeftOut),
        Words.count(side.metrics.tracks),
      ])
      if tags.labelsLeftOut > 0 {
        remarks.append(
          "\(Words.shown(name)): \(Words.counted(tags.labelsLeftOut, "label")) that no track of it has, or that all "
            + "have, cannot be ranked and left out")
      }
    }
    return (Words.table(rows) + remarks).map { "  " + $0 }
  }
}
