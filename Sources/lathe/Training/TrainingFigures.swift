import Training
import Wording

/// What a training has come to, as figures.
struct TrainingFigures {
  private var record: RunRecord?
  private var advance: TrainingAdvance?
  private var epoch: EpochRecord?
  private var epochsDone = 0
  private var waited = 0.0
  private var best: EpochRecord?

  mutating func add(_ event: TrainingEvent) {
    switch event {
    case .began(let record, let done):
      self.record = record
      epochsDone = done
    case .advanced(let advance): self.advance = advance
    case .epochEnded(let epoch):
      self.epoch = epoch
      epochsDone = epoch.epoch
      waited += epoch.loaderSeconds
      if epoch.isBest { best = epoch }
    case .ended: break
    }
  }

  /// Writes what is known; nothing before it has begun.
  func write(to text: inout PrometheusText) {
    guard let record else { return }
    text.single(
      "lathe_train_epochs_planned", "gauge", "Epochs that there will be at most.",
      Double(record.epochs))
    text.single("lathe_train_epochs_done", "gauge", "Epochs that have ended.", Double(epochsDone))
    if let advance {
      text.single(
        "lathe_train_step", "gauge", "Steps taken in the epoch at work.", Double(advance.step))
      text.single(
        "lathe_train_steps", "gauge", "Steps that an epoch has.", Double(advance.steps))
      text.single(
        "lathe_train_samples_per_second", "gauge", "Samples learnt from in a second.",
        advance.samplesPerSecond)
    }
    write(epoch, "lathe_train", "of the last epoch that ended", to: &text)
    write(best, "lathe_train_best", "of the best epoch", to: &text)
    if epoch != nil {
      text.single(
        "lathe_train_waited_seconds_total", "counter", "Seconds that steps waited for batches.",
        waited)
    }
  }

  private func write(
    _ epoch: EpochRecord?, _ name: String, _ when: String, to text: inout PrometheusText
  ) {
    guard let epoch else { return }
    text.single("\(name)_epoch", "gauge", "The number \(when).", Double(epoch.epoch))
    let sides = epoch.evaluations.sorted { $0.key < $1.key }
    text.family("\(name)_loss", "gauge", "The mean loss \(when), by side.")
    text.sample("\(name)_loss", [("side", "train")], epoch.train.loss)
    for (side, metrics) in sides where side != "train" {
      text.sample("\(name)_loss", [("side", side)], metrics.loss)
    }
    text.family("\(name)_accuracy", "gauge", "The share of slices that are right \(when), by side.")
    text.sample("\(name)_accuracy", [("side", "train")], epoch.train.accuracy)
    for (side, metrics) in sides where side != "train" {
      text.sample("\(name)_accuracy", [("side", side)], metrics.sliceAccuracy)
    }
    text.family("\(name)_track_accuracy", "gauge", "The share of tracks that are right, by side.")
    for (side, metrics) in sides {
      text.sample("\(name)_track_accuracy", [("side", side)], metrics.trackAccuracy)
    }
  }
}
