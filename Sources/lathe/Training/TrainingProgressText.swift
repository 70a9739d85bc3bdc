import Foundation
import Training
import Wording

/// What a training shows a person: a line for each epoch that is done, and of the one at work a bar
/// on a terminal, or a line in a while where it takes long.
final class TrainingProgressText {
  private let isBar: Bool
  private let drawn = DrawnLine()
  private var record: RunRecord?
  private var last = Date()

  init(isBar: Bool) { self.isBar = isBar }

  func report(_ event: TrainingEvent) {
    switch event {
    case .began(let record, let done):
      self.record = record
      if done > 0 { Output.error("going on after epoch \(done)") }
    case .advanced(let advance): show(advance)
    case .epochEnded(let epoch):
      drawn.erase()
      last = Date()
      let forms = Self.forms(of: epoch, in: record)
      Output.error(isBar ? Self.longest(of: forms, columns: Terminal.columns) : forms[0])
    case .ended: drawn.erase()
    }
  }

  private func show(_ advance: TrainingAdvance) {
    let bar = Self.bar(advance)
    if isBar { return drawn.draw(bar) }
    guard Date().timeIntervalSince(last) >= 10 else { return }
    last = Date()
    Output.error(bar.plain)
  }

  /// `epoch 3/30 ━━━━┄┄ 12/36, loss 1.930, 41.2 %, 1 min 2 s left, 412 samples/s`
  static func bar(_ advance: TrainingAdvance) -> ProgressBar {
    var details = ["loss \(Words.fixed(advance.loss, 3))", TrainingText.percent(advance.accuracy)]
    if let remaining = advance.remainingSeconds {
      details.append("\(Words.duration(remaining)) left")
    }
    let speed = Int(exactly: advance.samplesPerSecond.rounded()).map(Words.count) ?? "–"
    details.append("\(speed) samples/s")
    return ProgressBar(
      title: "epoch \(advance.epoch)/\(advance.epochs)", done: advance.step, total: advance.steps,
      count: "\(Words.count(advance.step))/\(Words.count(advance.steps))", details: details)
  }

  /// One epoch in a line, from the form that says all to the shortest.
  static func forms(of epoch: EpochRecord, in record: RunRecord?) -> [String] {
    let sides = epoch.evaluations.sorted { $0.key > $1.key }
    let number = "epoch \(epoch.epoch)" + (record.map { "/\($0.epochs)" } ?? "")
    let loss = "  loss \(Words.fixed(epoch.train.loss, 3))"
    let begin = number + loss + "  \(TrainingText.percent(epoch.train.accuracy))"
    let best = epoch.isBest && record?.sides.selection != nil ? "  best" : ""
    let end = "  \(Words.duration(epoch.seconds))\(best)"
    let isRanked = sides.contains { $0.value.tags != nil }
    let shares = sides.map { name, side in
      let share = TrainingText.percent(side.trackAccuracy)
      return "\(Words.shown(name)) \(side.tags.map { ranking($0.macroAveragePrecision) } ?? share)"
    }
    let tracks =
      shares.isEmpty ? "" : "  \(isRanked ? "PR-AUC" : "tracks"): " + shares.joined(separator: ", ")
    let whole = sides.map { name, side in
      let loss = "  | \(Words.shown(name)): loss \(Words.fixed(side.loss, 3))"
      if let tags = side.tags {
        return loss + "  PR-AUC \(ranking(tags.macroAveragePrecision))"
          + "  ROC-AUC \(ranking(tags.macroROCAUC))"
      }
      return loss
        + "  slices \(TrainingText.percent(side.sliceAccuracy))"
        + "  tracks \(TrainingText.percent(side.trackAccuracy))"
    }
    return [
      begin + whole.joined() + end, begin + tracks + end, begin + tracks + best,
      number + tracks + best, begin + best, number + loss,
    ]
  }

  private static func ranking(_ area: Double?) -> String {
    area.map { Words.fixed($0, 3) } ?? "–"
  }

  /// The first of some lines that fits, or as much as does of the last.
  static func longest(of forms: [String], columns: Int) -> String {
    forms.first { Words.columns($0) <= columns } ?? Words.fitted(forms.last ?? "", columns: columns)
  }
}
