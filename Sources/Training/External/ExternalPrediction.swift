public import Corpus
internal import DataLoading
internal import FoundationEssentials
internal import Glibc

/// Predictions by another program, which trained a run: `lathe evaluate` and `lathe predict` start
/// its command again.
///
/// The contract is that of ``ExternalTraining``, with these differences:
///
/// - `LATHE_MODE` is `predict` (in a training it is `train`), and `LATHE_CHECKPOINT` is the path of
///   the weights to predict with, which the program handed over as a `checkpoint` or wrote itself.
/// - `LATHE_RUN_DIR` is an empty folder for this time alone: files that are named lie there.
/// - `LATHE_BATCHES` is `stream`, however the run was trained: the frames of each side that is to
///   be predicted come on its standard input, in order, under a name in the metadata, all of epoch
///   1; then the input ends.
/// - For each side it writes an event `predictions` with a file, and nothing else; then it ends
///   with status 0.
public struct ExternalPrediction: Sendable {
  /// The predictions of a side.
  public struct Answer: Sendable, Hashable {
    /// How well its samples are predicted.
    public let evaluation: SideEvaluation
    /// The mean probability of each label over its samples.
    public let probabilities: [Double]

    /// An answer of these parts.
    public init(evaluation: SideEvaluation, probabilities: [Double]) {
      self.evaluation = evaluation
      self.probabilities = probabilities
    }
  }

  private let program: ExternalProgram
  private let record: RunRecord
  private let checkpoint: String
  private let cache: String

  /// A prediction that has yet to begin.
  /// - Parameters:
  ///   - command: for `/bin/sh -c`.
  ///   - record: of the run that it trained.
  ///   - checkpoint: the weights.
  ///   - cache: where the run's cache lies now; where the record says if nil.
  ///   - limits: what the program must keep to.
  ///   - output: receives each line that it writes to its standard error.
  public init(
    command: String, record: RunRecord, checkpoint: String, at cache: String? = nil,
    limits: ExternalTraining.Limits = ExternalTraining.Limits(),
    output: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    program = ExternalProgram(command: command, limits: limits, output: output)
    self.record = record
    self.checkpoint = checkpoint
    self.cache = cache ?? record.source.path
  }

  /// Starts the program, and waits until it has predicted all sides.
  /// - Parameter sides: samples under names of their own.
  /// - Returns: the predictions of each side, by its name.
  /// - Throws: ``TrainingError``: `.checkpoint` where the run has no weights, `.plugin` where the
  ///   program hangs, dies, trains or writes what it must not, `.diverged`, `.data`, `.cancelled`,
  ///   `.system`.
  public func run(
    on sides: [TrainingSource.Side], cancellation: Cancellation = Cancellation()
  ) throws(TrainingError) -> [String: Answer] {
    guard try RunFiles.isFolder(checkpoint) == false else {
      throw TrainingError(
        kind: .checkpoint, subject: checkpoint, detail: "it is not there",
        hint: "a program that is to predict hands over a checkpoint with each epoch it trains")
    }
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var variables = ExternalEnvironment.variables(
      record, run: folder, cache: cache,
      samples: Dictionary(sides.map { ($0.name, $0.samples.count) }, uniquingKeysWith: max))
    variables["LATHE_MODE"] = "predict"
    variables["LATHE_CHECKPOINT"] = ExternalEnvironment.absolute(checkpoint)
    variables["LATHE_BATCHES"] = ExternalTraining.Batches.stream.rawValue
    var answers = ExternalAnswers(
      sides: sides, labels: record.labels.count, folder: folder, limits: program.limits)
    var conversation = try ExternalConversation(
      program, environment: variables, stream: SideStream(sides, of: record))
    return try conversation.run(&answers, SilentTraining(), cancellation)
  }

  private static func makeFolder() throws(TrainingError) -> String {
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array("\(folder)/lathe-predict-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw RunFiles.failure(errno, "create", folder) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Receives the predictions of a program, and checks that it keeps to the protocol.
struct ExternalAnswers: ExternalListener {
  private let sides: [String: any SampleSource]
  private let labels: Int
  private let files: ExternalFiles
  private var answers: [String: ExternalPrediction.Answer] = [:]
  private(set) var end: ExternalEvent.End?

  init(
    sides: [TrainingSource.Side], labels: Int, folder: String, limits: ExternalTraining.Limits
  ) {
    self.sides = Dictionary(sides.map { ($0.name, $0.samples) }, uniquingKeysWith: { $1 })
    self.labels = labels
    files = ExternalFiles(folder: folder, checkpointLimit: limits.checkpoint)
  }

  var isComplete: Bool { answers.count == sides.count }
  var isLate: Bool { false }
  var extent: String { "after \(answers.count) of \(sides.count) predictions" }

  mutating func take(
    _ event: ExternalEvent, subject: String
  ) throws(TrainingError) -> TrainingEvent? {
    func refused(_ detail: String, _ hint: String) -> TrainingError {
      TrainingError(kind: .plugin, subject: subject, detail: detail, hint: hint)
    }
    switch event {
    case .predictions(let answer):
      guard let source = sides[answer.side], answers[answer.side] == nil else {
        throw refused(
          "side '\(ExternalEvent.shown(answer.side))' is not to be predicted, or was before",
          "predict each side that comes by the stream, once")
      }
      let bytes = try files.take(
        answer.file, limit: PredictionsFile.limit(samples: source.count, labels: labels), subject)
      let file = PredictionsFile(bytes, subject: "\(subject), \(answer.file)")
      answers[answer.side] = ExternalPrediction.Answer(
        evaluation: try file.evaluate(on: source, labels: labels),
        probabilities: try file.meanProbabilities(labels: labels))
    case .end(let end): self.end = end
    case .epoch, .progress:
      throw refused(
        "it trains, and was asked to predict",
        "a program that cannot predict refuses LATHE_MODE=predict with a status other than 0")
    case .start: break
    }
    return nil
  }

  func conclude() throws(TrainingError) -> [String: ExternalPrediction.Answer] {
    if isComplete { return answers }
    throw TrainingError(
      kind: .plugin, subject: "the program", detail: "it ended \(extent)",
      hint: "with LATHE_MODE=predict, write an event 'predictions' for each side of the stream")
  }

  func stopped(
    _ status: ResultRecord.Status, message: String?
  ) throws(TrainingError) -> [String: ExternalPrediction.Answer] {
    throw TrainingError(
      kind: .cancelled, subject: "predicting", detail: "it was asked to stop",
      hint: "start it again")
  }
}
