import Wording
public import Corpus
internal import DataLoading
internal import Foundation

/// Trains: epochs of batches, an evaluation after each, checkpoints, records.
///
/// The same source, trainer, seed and number of threads give the same weights bit for bit, whether
/// it ran through or was killed and resumed any number of times.
public final class TrainingSession {
  private let trainer: any Trainer
  private let source: TrainingSource
  private let configuration: SessionConfiguration
  private let directory: RunDirectory?
  private let progress: any TrainingProgress
  private var state = SessionState()
  /// Of the best epoch, where it was one of this process.
  private var bestEvaluations: [String: SideEvaluation]?
  /// What the last and the best epoch left and has yet to be written.
  private var unsavedLast: EpochSnapshot?
  private var unsavedBest: EpochSnapshot?
  private var lastSave = ContinuousClock.now
  private let start = ContinuousClock.now
  private var secondsBefore = 0.0
  private var lastReport = ContinuousClock.now

  /// - Parameters:
  ///   - directory: where it is recorded; nil for nowhere.
  public init(
    _ trainer: any Trainer, _ source: TrainingSource, _ configuration: SessionConfiguration,
    directory: RunDirectory? = nil, progress: any TrainingProgress = SilentTraining()
  ) {
    self.trainer = trainer
    self.source = source
    self.configuration = configuration
    self.directory = directory
    self.progress = progress
  }

  /// Goes on where a run was when its state was last saved; epochs after that are trained again,
  /// alike.
  ///
  /// - Throws: ``TrainingError/Kind/checkpoint`` where the state is damaged, of another network or
  ///   of other samples; ``TrainingError/Kind/run`` where the metrics lack epochs that the state
  ///   has behind it.
  public func resume() throws(TrainingError) {
    guard let directory else { return }
    let path = directory.path(of: RunDirectory.File.state)
    // A run that was stopped before its first state begins anew.
    guard FileManager.default.fileExists(atPath: path) else {
      return try directory.truncateMetrics(after: 0)
    }
    state = try StateFile.restore(path, to: trainer)
    // Those of the best epoch are in its checkpoint only.
    bestEvaluations = nil
    secondsBefore = state.seconds
    try directory.truncateMetrics(after: state.epochsDone)
  }

  /// Trains until the last epoch, an early end or a request to stop.
  ///
  /// - Returns: what it came to; the same is written as the run's result.
  /// - Throws: ``TrainingError``: `.diverged` that names epoch and batch, `.data` where a sample
  ///   cannot be read, `.noSpace`; the result is written then, too, and the last good checkpoint is
  ///   kept.
  public func run(cancellation: Cancellation = Cancellation()) throws(TrainingError) -> ResultRecord
  {
    if let directory { progress.report(.began(directory.record, epochsDone: state.epochsDone)) }
    do throws(TrainingError) {
      try configuration.check()
      return try finish(try trainEpochs(cancellation))
    } catch {
      // What was wrong is what the caller must hear of, whether or not the rest can be written.
      try? saveEpochs()
      _ = try? finish(error.kind == .diverged ? .diverged : .failed, message: "\(error)")
      throw error
    }
  }

  private func trainEpochs(_ cancellation: Cancellation) throws(TrainingError)
    -> ResultRecord.Status
  {
    if state.epochsDone >= configuration.epochs { return .finished }
    // A run that had stopped early does not go on because it is resumed.
    if isLate { return .stoppedEarly }
    let loader = try inLoading { () throws(LoadingError) in
      try Loader(
        source.training, configuration: configuration.loading(training: true), state: state.loader)
    }
    defer { loader.close() }
    let stepsPerEpoch = loader.batchesPerEpoch
    while true {
      guard try trainEpoch(loader, stepsPerEpoch, cancellation) else {
        try saveStep()
        return .interrupted
      }
      try endEpoch()
      let isLast = state.epochsDone >= configuration.epochs
      if isLast || isLate || cancellation.isCancelled
        || Self.seconds(since: lastSave) > configuration.secondsBetweenStates
      {
        try saveEpochs()
      }
      if isLast { return .finished }
      if isLate { return .stoppedEarly }
      if cancellation.isCancelled { return .interrupted }
    }
  }

  /// Whether no better epoch has come for as long as is borne.
  private var isLate: Bool {
    guard source.selection != nil, let patience = configuration.patience else { return false }
    return state.epochsDone - (state.bestEpoch ?? 0) >= patience
  }

  /// Takes the steps that are left of an epoch; false where it was asked to stop first.
  private func trainEpoch(
    _ loader: Loader, _ stepsPerEpoch: Int, _ cancellation: Cancellation
  ) throws(TrainingError) -> Bool {
    let epoch = state.epochsDone + 1
    while true {
      let asked = ContinuousClock.now
      let batch = try inLoading { () throws(LoadingError) in try loader.next() }
      guard let batch else { return true }
      let waited = Self.seconds(since: asked)
      let began = ContinuousClock.now
      let moment = TrainingMoment(
        step: state.step, steps: stepsPerEpoch * configuration.epochs, epoch: epoch)
      let result = try trainer.train(on: batch, at: moment)
      let location = "epoch \(epoch), batch \(state.sums.steps + 1)"
      guard result.loss.isFinite else { throw diverged(location, "the loss is \(result.loss)") }
      guard (0...batch.count).contains(result.correct) else {
        throw TrainingError(
          kind: .plugin, subject: "trainer, \(location)",
          detail:
            "it says that it had \(result.correct) of \(Words.counted(batch.count, "sample")) right",
          hint: "count the samples that got their own label")
      }
      state.sums.add(
        result, samples: batch.count, seconds: Self.seconds(since: began), waited: waited)
      state.step += 1
      state.loader = batch.state
      let endsEpoch = batch.endsEpoch
      batch.release()
      report(epoch, stepsPerEpoch, isLast: endsEpoch)
      if endsEpoch { return true }
      if cancellation.isCancelled { return false }
    }
  }

  private func report(_ epoch: Int, _ stepsPerEpoch: Int, isLast: Bool) {
    guard isLast || Self.seconds(since: lastReport) > 0.1 else { return }
    lastReport = ContinuousClock.now
    let sums = state.sums
    let left = (configuration.epochs - epoch + 1) * stepsPerEpoch - sums.steps
    progress.report(
      .advanced(
        TrainingAdvance(
          epoch: epoch, epochs: configuration.epochs, step: sums.steps, steps: stepsPerEpoch,
          loss: sums.meanLoss, accuracy: sums.accuracy, samplesPerSecond: sums.samplesPerSecond,
          remainingSeconds: sums.steps > 0
            ? sums.trainSeconds / Double(sums.steps) * Double(max(0, left)) : nil)))
  }

  private func diverged(_ subject: String, _ detail: String) -> TrainingError {
    let done = state.epochsDone
    return TrainingError(
      kind: .diverged, subject: subject, detail: detail,
      hint: "lower the learning rate or clip gradients; "
        + (done > 0 ? "the checkpoint of epoch \(done) is kept" : "there is no checkpoint yet"))
  }

  private func endEpoch() throws(TrainingError) {
    let sums = state.sums
    let began = ContinuousClock.now
    var next = state
    next.epochsDone += 1
    next.sums = EpochSums()
    let evaluations: [String: SideEvaluation]
    do throws(TrainingError) {
      evaluations = try evaluate()
    } catch {
      guard error.kind == .diverged else { throw error }
      throw diverged("epoch \(next.epochsDone), \(error.subject)", error.detail)
    }
    let selection = source.selection.flatMap { evaluations[$0]?.metrics }
    let isBest = next.note(selection)
    let record = EpochRecord(
      epoch: next.epochsDone,
      train: EpochRecord.Training(loss: sums.meanLoss, accuracy: sums.accuracy),
      evaluations: evaluations.mapValues(\.metrics), learningRate: sums.learningRate,
      seconds: sums.trainSeconds + Self.seconds(since: began), trainSeconds: sums.trainSeconds,
      loaderSeconds: sums.loaderSeconds, samplesPerSecond: sums.samplesPerSecond, isBest: isBest)
    trainer.finishEpoch(
      EpochResult(
        epoch: next.epochsDone, trainingLoss: sums.meanLoss, selectionLoss: selection?.loss))
    try directory?.append(record)
    // The epoch counts from here on: its record is on the disk.
    state = next
    if isBest { bestEvaluations = evaluations }
    if let record = directory?.record {
      let snapshot = EpochSnapshot(of: trainer, state, record)
      unsavedLast = snapshot
      if isBest { unsavedBest = snapshot }
    }
    progress.report(.epochEnded(record))
  }

  /// Predicts every evaluated side.
  public func evaluate() throws(TrainingError) -> [String: SideEvaluation] {
    var all: [String: SideEvaluation] = [:]
    for side in source.evaluated {
      all[side.name] = try Prediction(
        trainer, configuration.loading(training: false)
      ).evaluation(of: side.samples)
    }
    return all
  }

  /// Writes what the best and the last epoch left; the state last, since a resumed run begins with
  /// it.
  private func saveEpochs() throws(TrainingError) {
    guard let directory else { return }
    if let best = unsavedBest {
      try directory.replace(RunDirectory.File.best, with: try best.checkpoint())
    }
    unsavedBest = nil
    guard let last = unsavedLast else { return }
    try directory.replace(RunDirectory.File.last, with: try last.checkpoint())
    try directory.replace(RunDirectory.File.state, with: try last.state(seconds: seconds))
    unsavedLast = nil
    lastSave = ContinuousClock.now
  }

  /// Writes where it stands in the middle of an epoch.
  private func saveStep() throws(TrainingError) {
    try saveEpochs()
    guard let directory else { return }
    try directory.replace(
      RunDirectory.File.state,
      with: try EpochSnapshot(of: trainer, state, directory.record).state(seconds: seconds))
  }

  private func finish(
    _ status: ResultRecord.Status, message: String? = nil
  ) throws(TrainingError) -> ResultRecord {
    var evaluations = bestEvaluations ?? [:]
    if status.isWhole, bestEvaluations == nil, let directory {
      // The best epoch was trained before a resumption.
      try trainer.restore(
        weights: try TensorFile(reading: directory.path(of: RunDirectory.File.best)))
      evaluations = try evaluate()
    }
    let result = ResultRecord(
      status: status, epochs: state.epochsDone, bestEpoch: state.bestEpoch, seconds: seconds,
      message: message, evaluations: evaluations)
    try directory?.finish(result)
    progress.report(.ended(result))
    return result
  }

  private var seconds: Double { secondsBefore + Self.seconds(since: start) }

  private static func seconds(since moment: ContinuousClock.Instant) -> Double {
    let span = (ContinuousClock.now - moment).components
    return Double(span.seconds) + Double(span.attoseconds) / 1e18
  }
}
