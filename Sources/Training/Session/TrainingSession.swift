public import Corpus
internal import DataLoading
internal import Foundation

/// Trains: epochs of batches, an evaluation after each, checkpoints, records.
///
/// The same source, trainer, seed and number of threads give the same weights bit for bit, whether it ran
/// through or was killed and resumed any number of times.
public final class TrainingSession {
  private let trainer: any Trainer
  private let source: TrainingSource
  private let configuration: SessionConfiguration
  private let directory: RunDirectory?
  private let progress: any TrainingProgress
  private var state = SessionState()
  /// Of the best epoch, where it was one of this process.
  private var bestEvaluations: [String: SideEvaluation]?
  /// Weights of a better epoch that have yet to be written.
  private var unsavedBest: [UInt8]?
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

  /// Goes on where a run was when its state was last saved; epochs after that are trained again, alike.
  ///
  /// - Throws: ``TrainingError/Kind/checkpoint`` where the state is damaged or of another network,
  ///   ``TrainingError/Kind/run``.
  public func resume() throws(TrainingError) {
    guard let directory else { return }
    let path = directory.path(of: RunDirectory.File.state)
    // A run that was stopped before its first state begins anew.
    guard FileManager.default.fileExists(atPath: path) else {
      return try directory.truncateMetrics(after: 0)
    }
    state = try StateFile.restore(path, to: trainer)
    secondsBefore = state.seconds
    try directory.truncateMetrics(after: state.epochsDone)
  }

  /// Trains until the last epoch, an early end or a request to stop.
  ///
  /// - Returns: what it came to; the same is written as the run's result.
  /// - Throws: ``TrainingError``: `.diverged` that names epoch and batch, `.data` where a sample cannot be
  ///   read, `.noSpace`; the result is written then, too, and the last good checkpoint is kept.
  public func run(cancellation: Cancellation = Cancellation()) throws(TrainingError) -> ResultRecord
  {
    if let directory { progress.report(.began(directory.record, epochsDone: state.epochsDone)) }
    do throws(TrainingError) {
      let status = try trainEpochs(cancellation)
      if status != .interrupted, state.bestEpoch == nil { state.bestEpoch = state.epochsDone }
      return try finish(status)
    } catch {
      // What was wrong is what the caller must hear of, whether or not the record can be written.
      _ = try? finish(error.kind == .diverged ? .diverged : .failed, message: "\(error)")
      throw error
    }
  }

  private func trainEpochs(_ cancellation: Cancellation) throws(TrainingError)
    -> ResultRecord.Status
  {
    guard state.epochsDone < configuration.epochs else { return .finished }
    let loader = try inLoading { () throws(LoadingError) in
      try Loader(source.training, configuration: loading(training: true), state: state.loader)
    }
    defer { loader.close() }
    let stepsPerEpoch = loader.batchesPerEpoch
    while state.epochsDone < configuration.epochs {
      let began = ContinuousClock.now
      let ended = try trainEpoch(loader, stepsPerEpoch, cancellation)
      guard ended else {
        try save()
        return .interrupted
      }
      try endEpoch(began)
      let isLast = state.epochsDone == configuration.epochs
      let isLate =
        configuration.patience.map { state.epochsDone - (state.bestEpoch ?? 0) > $0 } ?? false
      if isLast || isLate || cancellation.isCancelled
        || Self.seconds(since: lastSave) > configuration.secondsBetweenStates
      {
        try save()
      }
      if isLast { return .finished }
      if isLate, source.selection != nil { return .stoppedEarly }
      if cancellation.isCancelled { return .interrupted }
    }
    return .finished
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
      guard result.loss.isFinite else {
        throw TrainingError(
          kind: .diverged, subject: "epoch \(epoch), batch \(state.sums.steps + 1)",
          detail: "the loss is \(result.loss)",
          hint: "lower the learning rate or clip gradients; the checkpoint of epoch "
            + "\(state.epochsDone) is kept")
      }
      state.sums.add(
        result, samples: batch.count, seconds: Self.seconds(since: began), waited: waited)
      state.step += 1
      state.loader = batch.state
      let endsEpoch = batch.endsEpoch
      batch.release()
      tell(epoch, stepsPerEpoch, isLast: endsEpoch)
      if endsEpoch { return true }
      if cancellation.isCancelled { return false }
    }
  }

  private func tell(_ epoch: Int, _ stepsPerEpoch: Int, isLast: Bool) {
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

  private func endEpoch(_ began: ContinuousClock.Instant) throws(TrainingError) {
    let sums = state.sums
    let evaluations = try evaluate()
    state.epochsDone += 1
    state.sums = EpochSums()
    let selection = source.selection.flatMap { evaluations[$0] }
    let isBest = note(selection, evaluations)
    let record = EpochRecord(
      epoch: state.epochsDone,
      train: EpochRecord.Training(loss: sums.meanLoss, accuracy: sums.accuracy),
      evaluations: evaluations.mapValues(\.metrics), learningRate: sums.learningRate,
      seconds: Self.seconds(since: began), trainSeconds: sums.trainSeconds,
      loaderSeconds: sums.loaderSeconds, samplesPerSecond: sums.samplesPerSecond, isBest: isBest)
    trainer.finishEpoch(
      EpochResult(
        epoch: state.epochsDone, trainingLoss: sums.meanLoss,
        selectionLoss: selection?.metrics.loss))
    if isBest, directory != nil {
      unsavedBest = try CheckpointFile.bytes(trainer.weights(), metadata: facts)
    }
    try directory?.append(record)
    progress.report(.epochEnded(record))
  }

  /// Whether the epoch that just ended is the best so far.
  private func note(_ selection: SideEvaluation?, _ evaluations: [String: SideEvaluation]) -> Bool {
    if source.selection != nil {
      guard let metrics = selection?.metrics else { return false }
      let score = SessionState.Score(
        trackAccuracy: metrics.trackAccuracy, sliceAccuracy: metrics.sliceAccuracy,
        loss: metrics.loss)
      if let best = state.bestScore, !score.isBetter(than: best) { return false }
      state.bestScore = score
    }
    // Without a side to choose by, the last epoch is the best: nothing else is known of it.
    state.bestEpoch = state.epochsDone
    bestEvaluations = evaluations
    return true
  }

  /// Predicts every evaluated side.
  public func evaluate() throws(TrainingError) -> [String: SideEvaluation] {
    var all: [String: SideEvaluation] = [:]
    for side in source.evaluated {
      all[side.name] = try Prediction(
        trainer, loading(training: false)
      ).evaluation(of: side.samples)
    }
    return all
  }

  private func loading(training: Bool) -> LoaderConfiguration {
    var loading = LoaderConfiguration()
    loading.batchSize = configuration.batchSize
    loading.threads = configuration.loaderThreads
    loading.normalisation = configuration.normalisation
    loading.epochs = training ? configuration.epochs : 1
    guard training else { return loading }
    loading.seed = configuration.seed
    loading.sampling = configuration.sampling
    loading.augmentation = configuration.augmentation
    return loading
  }

  /// What every checkpoint says of itself.
  private var facts: [String: String] {
    var facts = ["epoch": "\(state.epochsDone)", "format": "pt"]
    if let record = directory?.record {
      facts["trainer"] = record.trainer
      facts["labels"] = record.labels.joined(separator: ",")
    }
    return facts
  }

  /// Writes the checkpoints, and the state last, since it is what a resumed run begins with.
  private func save() throws(TrainingError) {
    guard let directory else { return }
    if let best = unsavedBest { try directory.replace(RunDirectory.File.best, with: best) }
    unsavedBest = nil
    try directory.replace(
      RunDirectory.File.last,
      with: try CheckpointFile.bytes(trainer.weights(), metadata: facts))
    state.seconds = seconds
    try directory.replace(RunDirectory.File.state, with: try StateFile.bytes(state, of: trainer))
    lastSave = ContinuousClock.now
  }

  private func finish(
    _ status: ResultRecord.Status, message: String? = nil
  ) throws(TrainingError) -> ResultRecord {
    var evaluations = bestEvaluations ?? [:]
    let isWhole = status == .finished || status == .stoppedEarly
    if isWhole, bestEvaluations == nil, let directory {
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

/// An error of the loader as one of the training.
func inLoading<Output: ~Copyable>(
  _ body: () throws(LoadingError) -> Output
) throws(TrainingError) -> Output {
  do throws(LoadingError) {
    return try body()
  } catch {
    throw TrainingError(
      kind: error.kind == .configuration ? .configuration : .data, subject: error.subject,
      detail: error.detail, hint: error.hint)
  }
}
