public import Corpus

/// A training by another program, in any language: `lathe train VIEW --trainer exec:COMMAND`.
///
/// The command is run by `/bin/sh -c`, in the working directory and with the environment of this
/// process, in a process group of its own. Lathe computes the metrics, chooses the best epoch and
/// keeps the records, so that a run looks the same whoever trained.
///
/// **What it gets**, in its environment: `LATHE_MODE` (`train`; see ``ExternalPrediction`` for
/// `predict`), `LATHE_RUN_DIR` (a folder, where it may write files),
/// `LATHE_CACHE` (a folder; empty where the samples are of a table), `LATHE_VIEW`, `LATHE_SPLIT`,
/// `LATHE_TRAINING_SIDE`, `LATHE_SELECTION_SIDE` and `LATHE_TEST_SIDE` (empty where there is none),
/// `LATHE_SEED`, `LATHE_EPOCHS`, `LATHE_EPOCHS_DONE` (how many epochs are recorded already: more
/// than 0 where a run is resumed), `LATHE_BATCH_SIZE`, `LATHE_LABELS` (a JSON list: label 0 is the
/// first), `LATHE_TAGGED` (`true` where a sample may have any number of labels: the batches' `label_distributions` are
/// their weights then, and each label's probability is one of its own, 0 to 1; else `false`), `LATHE_SAMPLE_SHAPE` (a JSON list), `LATHE_SAMPLE_AXES` (a JSON list of what runs along
/// the axes, such as `["frequency","time"]`; empty where that is not known), `LATHE_SAMPLES` (a
/// JSON object of each side's number), `LATHE_NORMALISATION` (`first`, `overall` or empty),
/// `LATHE_AUGMENTATION` (JSON or empty), `LATHE_OPTIONS` (a JSON object of texts) and
/// `LATHE_BATCHES` (`stream` where batches come on its standard input, in the frames that
/// `BatchStream` describes; else `none`, and its input is empty). It loads batches from the cache
/// through the Python package or the C interface, or takes them from the stream.
///
/// **What it writes** to its standard output: one JSON object a line, and nothing else.
/// ```
/// {"event":"start","parameters":388378,"options":{"optimiser":"adamw"}}               may be left out
/// {"event":"progress","epoch":1,"samples":640,"of":7992,"loss":2.1,"accuracy":0.2}    when it likes
/// {"event":"predictions","epoch":1,"side":"test","file":"test-1.safetensors"}         for each side, before
/// {"event":"epoch","epoch":1,"train":{"loss":1.9,"accuracy":0.31},"learningRate":0.001,
///  "checkpoint":"epoch-1.safetensors"}                                                which ends the epoch
/// {"event":"end","status":"stoppedEarly","message":"…"}                               where epochs are left
/// ```
/// - Epochs come in order, from 1 to the number asked for. A resumed run begins with the epoch
///   after the recorded ones, or with an earlier one, and trains all from there again: a program
///   that keeps no state of its own begins with epoch 1. `train` is needed; `learningRate`,
///   `trainSeconds`, `loaderSeconds`, `samples` (learnt from in the epoch) and `checkpoint` are
///   not.
/// - Predictions of the selection side are needed each epoch; those of the test side of each epoch
///   that may be the best. See `PredictionsFile` for the file.
/// - Files are named without a folder and lie in the run directory. Lathe owns what was named: it
///   reads and removes it, so each needs a name of its own. A checkpoint (safetensors, finite
///   numbers) becomes `last.safetensors` and, of the best epoch, `best.safetensors`. A trainer may
///   instead write these two itself.
/// - `status` is `finished`, `stoppedEarly`, `interrupted`, `diverged` or `failed`. A trainer that
///   did all epochs needs no `end`. It ends with status 0 unless it failed.
///
/// **What it writes to standard error** is passed on, and its last lines are part of the error
/// where it fails.
///
/// **Signals**: when Lathe is asked to stop, or no better epoch has come for as long as was chosen
/// (patience), the process group gets SIGTERM, and after a grace period SIGKILL. Processes that the
/// command leaves running are killed.
public struct ExternalTraining: Sendable {
  /// Whether batches are written to its standard input.
  public enum Batches: String, Sendable, Hashable, Codable, CaseIterable {
    /// It has none.
    case none
    /// The frames of every epoch.
    case stream
  }

  /// How long a trainer may take, and how much it may write, before it counts as broken.
  public struct Limits: Sendable, Hashable {
    /// How long it may neither write nor read anything; nil for ever.
    public var silence: Duration? = .seconds(1_800)
    /// How long it may take to end when it is asked to.
    public var grace: Duration = .seconds(30)
    /// The longest line of standard output, in bytes.
    public var line = 1 << 20
    /// The most bytes of standard output.
    public var output = 256 << 20
    /// The largest checkpoint, in bytes.
    public var checkpoint = 8 << 30

    /// Half an hour of silence, half a minute of grace.
    public init() {}
  }

  /// The command, as the shell takes it.
  public let command: String
  /// Where the run is recorded.
  public let run: RunDirectory
  /// The samples of the sides that the run names.
  public let source: TrainingSource
  /// Where the cache lies now.
  public let cache: String
  /// Whether batches are streamed.
  public let batches: Batches
  /// Epochs without a better one on the selection side after which it is stopped; nil for never.
  public let patience: Int?
  /// What is borne with.
  public let limits: Limits
  /// Takes the lines of its standard error.
  let output: @Sendable (String) -> Void
  /// What was recorded before the run goes on; nil for a new run.
  private(set) var before: ResultRecord?

  /// A training that has yet to begin.
  ///
  /// - Parameters:
  ///   - command: for `/bin/sh -c`.
  ///   - run: the run's directory, whose record has everything that the trainer gets.
  ///   - source: the samples of the record's training side, and of its selection and test side, by
  ///     name.
  ///   - cache: where the cache lies now; where the record says if nil.
  ///   - batches: whether batches are written to its standard input.
  ///   - patience: epochs without a better one on the selection side after which it is stopped.
  ///   - limits: what is borne with.
  ///   - output: is given each line that it writes to its standard error.
  /// - Throws: ``TrainingError`` `.configuration` for an empty command, `.data` for a side without
  ///   samples.
  public init(
    command: String, run: RunDirectory, source: TrainingSource, at cache: String? = nil,
    batches: Batches = .none, patience: Int? = nil, limits: Limits = Limits(),
    output: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(TrainingError) {
    guard command.contains(where: { !$0.isWhitespace }), !command.utf8.contains(0) else {
      throw TrainingError(
        kind: .configuration, subject: "trainer 'exec:'", detail: "there is no command",
        hint: "write --trainer 'exec:python3 my_trainer.py'")
    }
    for side in [run.record.sides.selection, run.record.sides.test].compactMap(\.self) {
      let samples = source.evaluated.first { $0.name == side }?.samples
      guard let samples, samples.count > 0 else {
        throw TrainingError(
          kind: .data, subject: "side '\(side)'", detail: "it has no samples",
          hint: "take another side, or another split")
      }
    }
    self.command = command
    self.run = run
    self.source = source
    self.cache = cache ?? run.record.source.path
    self.batches = batches
    self.patience = patience
    self.limits = limits
    self.output = output
  }

  /// Goes on with a run that ended early or was killed, instead of beginning it.
  ///
  /// - Throws: ``TrainingError``: `.configuration` where batches are streamed, which a stream does
  ///   not go on with; `.run` where the records are damaged; `.noSpace`, `.system`.
  public mutating func resume() throws(TrainingError) {
    guard batches == .none else {
      throw TrainingError(
        kind: .configuration, subject: name,
        detail: "a run whose batches are streamed cannot be gone on with", hint: "train again")
    }
    let epochs = try RunDirectory.contents(at: run.path).epochs.count
    var kept = try run.kept() ?? ResultRecord(status: .interrupted, epochs: 0, seconds: 0)
    // Whichever of the two a kill has kept from being written.
    kept.epochs = min(kept.epochs, epochs)
    if let best = kept.bestEpoch, best > kept.epochs {
      kept.bestEpoch = nil
      kept.evaluations = [:]
    }
    try run.truncateMetrics(after: kept.epochs)
    before = kept
  }

  /// What is started.
  var program: ExternalProgram {
    ExternalProgram(command: command, limits: limits, output: output)
  }

  /// The command in one line, for messages.
  var name: String { program.name }

  /// The samples of a side of the run.
  func samples(of side: String) -> (any SampleSource)? {
    if side == run.record.sides.training { return source.training }
    return source.evaluated.first { $0.name == side }?.samples
  }

  /// Runs the command to its end and writes the run's records.
  ///
  /// The calling thread is kept until then; SIGPIPE is blocked on it meanwhile.
  ///
  /// - Parameters:
  ///   - progress: receives what happens, on the calling thread.
  ///   - cancellation: asks it to stop.
  /// - Returns: the result that was written: finished, stopped early or interrupted.
  /// - Throws: ``TrainingError``: `.plugin` where the program hangs, dies, or writes what it must
  ///   not (what it said last is in the error), `.diverged`, `.data`, `.noSpace`, `.system`. A
  ///   result that says the same was written, where that was possible.
  public func run(
    progress: any TrainingProgress = SilentTraining(), cancellation: Cancellation = Cancellation()
  ) throws(TrainingError) -> ResultRecord {
    var records = ExternalRecords(self)
    progress.report(.began(run.record, epochsDone: before?.epochs ?? 0))
    do throws(TrainingError) {
      var conversation = try ExternalConversation(
        program, environment: ExternalEnvironment.variables(self),
        stream: batches == .stream ? BatchStream(self) : nil)
      let result = try conversation.run(&records, progress, cancellation)
      try run.finish(result)
      if result.status.isWhole { run.forgetKept() }
      progress.report(.ended(result))
      return result
    } catch {
      let status: ResultRecord.Status = error.kind == .diverged ? .diverged : .failed
      try? run.finish(records.result(status, message: error.description))
      throw error
    }
  }
}
