import Wording
import Foundation
import Training

/// What a training tells, on a terminal, in a pipe and to programs.
enum TrainingText {
  /// The sink for a style.
  static func sink(_ style: ProgressStyle) -> any TrainingProgress {
    switch style {
    case .auto where isatty(STDERR_FILENO) == 1: TrainingBar()
    case .auto, .plain: TrainingLines()
    case .json: TrainingJSON()
    case .none: SilentTraining()
    }
  }

  /// `epoch 3/30 ━━━━┄┄ 12/36  loss 1.93  41.2 %  412 samples/s, 1 min 2 s left`
  static func line(_ advance: TrainingAdvance) -> String {
    var text =
      "\(Words.count(advance.step))/\(Words.count(advance.steps))  loss \(Words.fixed(advance.loss, 3))"
    text +=
      "  \(percent(advance.accuracy))  \(speed(advance)) samples/s"
    if let remaining = advance.remainingSeconds { text += ", \(Words.duration(remaining)) left" }
    return text
  }

  private static func speed(_ advance: TrainingAdvance) -> String {
    Int(exactly: advance.samplesPerSecond.rounded()).map(Words.count) ?? "–"
  }

  /// One epoch in a line.
  static func line(_ epoch: EpochRecord, of record: RunRecord?) -> String {
    var text = "epoch \(epoch.epoch)"
    if let record { text += "/\(record.epochs)" }
    text += "  loss \(Words.fixed(epoch.train.loss, 3))  \(percent(epoch.train.accuracy))"
    for (name, side) in epoch.evaluations.sorted(by: { $0.key > $1.key }) {
      text += "  | \(Words.shown(name)): loss \(Words.fixed(side.loss, 3))"
      text += "  slices \(percent(side.sliceAccuracy))  tracks \(percent(side.trackAccuracy))"
    }
    text += "  \(Words.duration(epoch.seconds))"
    return text + (epoch.isBest && record?.sides.selection != nil ? "  best" : "")
  }

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

  /// How it ended, as lines for people.
  static func lines(_ result: ResultRecord, _ record: RunRecord) -> [String] {
    let best = result.bestEpoch.map { record.sides.selection == nil ? "" : ", the best was \($0)" }
    return [
      "\(Words.counted(result.epochs, "epoch")) in \(Words.duration(result.seconds))\(best ?? "")"
    ] + table(result.evaluations)
  }

  /// The metrics of sides, as a table; nothing where there are none.
  static func table(_ evaluations: [String: SideEvaluation]) -> [String] {
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
}

/// A bar that stays on one line, and a line for each epoch that is done.
private final class TrainingBar: TrainingProgress {
  private var record: RunRecord?
  private var isDrawn = false

  func report(_ event: TrainingEvent) {
    switch event {
    case .began(let record, let done):
      self.record = record
      if done > 0 { Output.error("going on after epoch \(done)") }
    case .advanced(let advance):
      let text = TrainingText.line(advance)
      let width = 16
      let filled = advance.steps > 0 ? width * advance.step / advance.steps : width
      let bar =
        String(repeating: "━", count: filled) + String(repeating: "┄", count: width - filled)
      let line = "epoch \(advance.epoch)/\(advance.epochs) \(bar) \(text)"
      Output.draw(String(line.prefix(BarProgress.columns() - 1)))
      isDrawn = true
    case .epochEnded(let epoch):
      erase()
      Output.error(TrainingText.line(epoch, of: record))
    case .ended: erase()
    }
  }

  private func erase() {
    if isDrawn { Output.erase() }
    isDrawn = false
  }
}

/// A line for each epoch, and one in a while where an epoch takes long.
private final class TrainingLines: TrainingProgress {
  private var record: RunRecord?
  private var last = Date()

  func report(_ event: TrainingEvent) {
    switch event {
    case .began(let record, let done):
      self.record = record
      if done > 0 { Output.error("going on after epoch \(done)") }
    case .advanced(let advance):
      guard Date().timeIntervalSince(last) >= 10 else { return }
      last = Date()
      Output.error("epoch \(advance.epoch)/\(advance.epochs)  \(TrainingText.line(advance))")
    case .epochEnded(let epoch):
      last = Date()
      Output.error(TrainingText.line(epoch, of: record))
    case .ended: break
    }
  }
}

/// A JSON object a line on the standard output.
private final class TrainingJSON: TrainingProgress {
  private struct Line<Value: Encodable>: Encodable {
    let event: String
    let value: Value
  }

  func report(_ event: TrainingEvent) {
    switch event {
    case .began(let record, _): put("began", record)
    case .advanced(let advance): put("advanced", advance)
    case .epochEnded(let epoch): put("epoch", epoch)
    case .ended(let result): put("ended", result)
    }
  }

  private func put(_ event: String, _ value: some Encodable) {
    try? Output.json(Line(event: event, value: value))
  }
}
