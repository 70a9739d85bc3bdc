import Wording
import Corpus
import Glibc
import Safetensors

/// Makes a run's records of what a trainer reports, and checks that the trainer keeps to the
/// protocol.
struct ExternalRecords: ExternalListener {
  private let run: RunDirectory
  private let training: ExternalTraining
  private let files: ExternalFiles
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var epochBegan: ContinuousClock.Instant
  private var epochs: Int
  private var best: (epoch: Int, evaluations: [String: SideEvaluation])?
  /// The epochs that a resumed run had recorded.
  private let secondsBefore: Double
  /// Whether the program has yet to say where it goes on.
  private var mayRewind: Bool
  /// Whether this process has ended an epoch.
  private var hasEpoch = false
  /// What has come of the epoch that has not ended yet.
  private var evaluations: [String: SideEvaluation] = [:]
  private(set) var end: ExternalEvent.End?

  init(_ training: ExternalTraining) {
    self.training = training
    run = training.run
    files = ExternalFiles(folder: training.run.path, checkpointLimit: training.limits.checkpoint)
    began = clock.now
    epochBegan = began
    epochs = training.before?.epochs ?? 0
    best = training.before?.bestEpoch.map { ($0, training.before?.evaluations ?? [:]) }
    secondsBefore = training.before?.seconds ?? 0
    mayRewind = epochs > 0
  }

  /// More samples of an epoch than any collection has; what is above is a mistake.
  private static let mostSamples = 1 << 48

  /// Whether all epochs are done.
  var isComplete: Bool { epochs == run.record.epochs }

  /// Whether no better epoch has come for as long as was asked.
  var isLate: Bool {
    guard let patience = training.patience, let best, run.record.sides.selection != nil else {
      return false
    }
    return epochs - best.epoch >= patience
  }

  /// How far it has come, for messages.
  var extent: String { "after \(epochs) of \(Words.counted(run.record.epochs, "epoch"))" }

  /// Takes an event.
  ///
  /// - Parameter subject: the line that it was on.
  /// - Returns: what to report to the waiting caller.
  /// - Throws: ``TrainingError`` `.plugin` where it breaks the contract, `.diverged`, `.noSpace`,
  ///   `.system`.
  mutating func take(
    _ event: ExternalEvent, subject: String
  ) throws(TrainingError) -> TrainingEvent? {
    func refused(_ detail: String, _ hint: String) -> TrainingError {
      TrainingError(kind: .plugin, subject: subject, detail: detail, hint: hint)
    }
    if end != nil { throw refused("an event follows 'end'", "let 'end' be the last") }
    switch event {
    case .start(let start):
      guard !hasEpoch else { throw refused("'start' follows an epoch", "let it be the first") }
      guard start.parameters ?? 0 >= 0 else {
        throw refused("'parameters' is below 0", "count what is learnt")
      }
      try record(start)
      return nil
    case .progress(let progress):
      try check(progress.epoch, subject)
      guard 0...progress.of ~= progress.samples, progress.of <= Self.mostSamples else {
        throw refused(
          "\(Words.counted(progress.samples, "sample")) of \(progress.of)",
          "count from 0 up to 'of'")
      }
      return .advanced(advance(progress))
    case .predictions(let predictions):
      try check(predictions.epoch, subject)
      try take(predictions, subject)
      return nil
    case .epoch(let epoch):
      try check(epoch.epoch, subject)
      return .epochEnded(try take(epoch, subject))
    case .end(let end):
      if end.status == .finished, !isComplete {
        throw refused("it says 'finished' \(extent)", "say 'stoppedEarly', or do all epochs")
      }
      self.end = end
      return nil
    }
  }

  private mutating func check(_ epoch: Int, _ subject: String) throws(TrainingError) {
    let wanted = run.record.epochs
    if mayRewind, 1...epochs ~= epoch { try rewind(to: epoch - 1) }
    mayRewind = false
    guard epoch == epochs + 1, epoch <= wanted else {
      throw TrainingError(
        kind: .plugin, subject: subject,
        detail: epoch > wanted
          ? "it is of epoch \(epoch), and \(wanted) were asked for"
          : "it is of epoch \(epoch), and the one after \(epochs) is due",
        hint: "count epochs from 1, or LATHE_EPOCHS_DONE + 1, without a gap, up to LATHE_EPOCHS")
    }
  }

  /// Forgets the epochs that the program does again.
  private mutating func rewind(to epoch: Int) throws(TrainingError) {
    try run.truncateMetrics(after: epoch)
    epochs = epoch
    // The weights of the best epoch are lost then; the best of the later epochs replaces it.
    if let best, best.epoch > epoch { self.best = nil }
    try run.keep(result(.interrupted, message: nil))
  }

  private func advance(_ progress: ExternalEvent.Progress) -> TrainingAdvance {
    let rows = max(1, run.record.batchSize)
    let speed = Double(progress.samples) / max(1e-9, (clock.now - epochBegan) / .seconds(1))
    let left = Double(progress.of) * Double(run.record.epochs - epochs) - Double(progress.samples)
    return TrainingAdvance(
      epoch: progress.epoch, epochs: run.record.epochs, step: (progress.samples + rows - 1) / rows,
      steps: (progress.of + rows - 1) / rows, loss: progress.loss, accuracy: progress.accuracy,
      samplesPerSecond: speed, remainingSeconds: speed > 0 ? left / speed : nil)
  }

  private mutating func take(
    _ event: ExternalEvent.Predictions, _ subject: String
  ) throws(TrainingError) {
    guard let source = training.samples(of: event.side) else {
      throw TrainingError(
        kind: .plugin, subject: subject,
        detail: "the run has no side '\(ExternalEvent.shown(event.side))'",
        hint:
          "it has \(([run.record.sides.training] + training.source.evaluated.map(\.name)).joined(separator: ", "))"
      )
    }
    guard evaluations[event.side] == nil else {
      throw TrainingError(
        kind: .plugin, subject: subject,
        detail: "side '\(event.side)' was predicted in epoch \(event.epoch) before",
        hint: "predict each side once an epoch")
    }
    let labels = run.record.labels.count
    let bytes = try files.take(
      event.file, limit: PredictionsFile.limit(samples: source.count, labels: labels), subject)
    let file = PredictionsFile(bytes, subject: "\(subject), \(event.file)")
    evaluations[event.side] = try file.evaluate(on: source, labels: labels)
  }

  private mutating func take(
    _ event: ExternalEvent.Epoch, _ subject: String
  ) throws(TrainingError) -> EpochRecord {
    guard event.train.loss.isFinite else {
      throw TrainingError(
        kind: .diverged, subject: subject, detail: "the loss is \(event.train.loss)",
        hint: "the trainer has diverged: lower its learning rate")
    }
    let seconds = [event.trainSeconds, event.loaderSeconds, event.learningRate].compactMap(\.self)
    guard (0...1).contains(event.train.accuracy), event.samples ?? 0 >= 0,
      seconds.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw TrainingError(
        kind: .plugin, subject: subject, detail: "a number is out of its range",
        hint:
          "accuracy is 0 to 1; learningRate, trainSeconds, loaderSeconds and samples are 0 or more")
    }
    let isBest = try isBest(subject)
    if let name = event.checkpoint {
      let bytes = try files.checkpoint(name, subject)
      try run.replace(RunDirectory.File.last, with: bytes)
      if isBest { try run.replace(RunDirectory.File.best, with: bytes) }
    }
    let now = clock.now
    let whole = (now - epochBegan) / .seconds(1)
    let trained = min(event.trainSeconds ?? whole, whole)
    let samples = event.samples ?? training.source.training.count
    let record = EpochRecord(
      epoch: event.epoch, train: event.train, evaluations: evaluations.mapValues(\.metrics),
      learningRate: event.learningRate ?? 0, seconds: whole, trainSeconds: trained,
      loaderSeconds: event.loaderSeconds ?? 0,
      samplesPerSecond: trained > 0 ? Double(samples) / trained : 0, isBest: isBest)
    try run.append(record)
    epochs = event.epoch
    hasEpoch = true
    epochBegan = now
    if isBest { best = (epochs, evaluations) }
    evaluations = [:]
    try run.keep(result(.interrupted, message: nil))
    return record
  }

  /// Whether the epoch that ends is the best: by the selection side, or without one the last.
  private func isBest(_ subject: String) throws(TrainingError) -> Bool {
    guard let side = run.record.sides.selection else { return true }
    guard let now = evaluations[side]?.metrics else {
      throw TrainingError(
        kind: .plugin, subject: subject,
        detail: "epoch \(epochs + 1) ends without predictions of '\(side)'",
        hint: "the best epoch is chosen by them: write them before each 'epoch'")
    }
    guard let before = best?.evaluations[side]?.metrics else { return true }
    return SessionState.Score(now).isBetter(than: SessionState.Score(before))
  }

  /// Adds to the run's record what only the trainer knows.
  private func record(_ start: ExternalEvent.Start) throws(TrainingError) {
    var record = run.record
    record.parameters = start.parameters ?? record.parameters
    record.options.merge(start.options ?? [:]) { _, own in own }
    guard record != run.record else { return }
    let bytes = try RunJSON.encode(record, subject: "run record", pretty: true)
    try run.replace(RunDirectory.File.record, with: bytes)
  }

  /// The result of the run, once the process has ended as it should.
  /// - Throws: ``TrainingError`` `.plugin` where epochs are missing or a checkpoint is none,
  ///   `.diverged`.
  func conclude() throws(TrainingError) -> ResultRecord {
    let command = training.name
    if let end, end.status == .diverged || end.status == .failed {
      throw TrainingError(
        kind: end.status == .diverged ? .diverged : .plugin, subject: command,
        detail: ExternalEvent.shown(end.message ?? "it says '\(end.status.rawValue)' \(extent)"),
        hint: end.status == .diverged ? "lower its learning rate" : "see what it wrote")
    }
    guard isComplete || end != nil else {
      throw TrainingError(
        kind: .plugin, subject: command, detail: "it ended \(extent) and did not say why",
        hint: "write an 'epoch' for each, or an 'end' with the status stoppedEarly")
    }
    for name in [RunDirectory.File.best, RunDirectory.File.last] {
      try files.checkOwn(name, subject: command)
    }
    var message = end?.message
    if message == nil, let best, let test = run.record.sides.test, best.evaluations[test] == nil {
      message = "epoch \(best.epoch), the best, came without predictions of '\(test)'"
    }
    return result(end?.status ?? .finished, message: message)
  }

  func stopped(
    _ status: ResultRecord.Status, message: String?
  ) throws(TrainingError) -> ResultRecord {
    result(status, message: message)
  }

  /// A result of this moment.
  func result(_ status: ResultRecord.Status, message: String?) -> ResultRecord {
    ResultRecord(
      status: status, epochs: epochs, bestEpoch: best?.epoch,
      seconds: secondsBefore + (clock.now - began) / .seconds(1), message: message,
      evaluations: best?.evaluations ?? [:])
  }
}
