import Wording
import Files
import Glibc
import Synchronization

/// A run's directory, open for its one writer.
///
/// ```
/// RUN_DIR/
///   run.json            RunRecord
///   metrics.jsonl       an EpochRecord a line
///   best.safetensors    weights of the best epoch
///   last.safetensors    weights after the last epoch
///   state.safetensors   what exact resume needs (of an external program: its own, if it keeps one)
///   progress.json       a ResultRecord after each epoch, to go on from (external programs)
///   split.json          the side of every track
///   predictions.csv     what each track of the measured sides was taken for
///   result.json         ResultRecord, when the run has ended
///   run.lock            held by the process that writes the run
/// ```
/// Every file but `metrics.jsonl` is replaced as a whole; lines of that are on the disk before
/// ``append(_:)`` returns. Reading the directory meanwhile (``contents(at:)``) needs no lock.
public final class RunDirectory: Sendable {
  /// The names of the files.
  public enum File {
    /// The ``RunRecord``.
    public static let record = "run.json"
    /// The ``EpochRecord``s.
    public static let metrics = "metrics.jsonl"
    /// The weights of the best epoch.
    public static let best = "best.safetensors"
    /// The weights after the last epoch.
    public static let last = "last.safetensors"
    /// What exact resume needs.
    public static let state = "state.safetensors"
    /// The ``ResultRecord`` of a run by an external program so far.
    public static let progress = "progress.json"
    /// The ``ResultRecord``.
    public static let result = "result.json"
    /// The side of every track, a `Corpus.Split`.
    public static let split = "split.json"
    /// What each track of the measured sides was taken for, by the best epoch.
    public static let predictions = "predictions.csv"
    static let lock = "run.lock"

    /// All of them: names that nothing else in the folder may have.
    public static let all: Set<String> = [
      record, metrics, best, last, state, progress, result, split, predictions, lock,
    ]
  }

  /// Where it is.
  public let path: String
  /// What the run is.
  public let record: RunRecord
  private let lock: ExclusiveLock
  /// The last epoch that was appended.
  private let last: Mutex<Int>

  private init(path: String, record: RunRecord, lock: ExclusiveLock, last: Int) {
    self.path = path
    self.record = record
    self.lock = lock
    self.last = Mutex(last)
  }

  /// Begins a run in a new or empty folder, made where it is missing.
  ///
  /// - Parameters:
  ///   - record: what the run is. Its file is written last: without it there is no run.
  ///   - split: the content of ``File/split``; nil for a run without one.
  /// - Throws: ``TrainingError``: `.run` where the folder holds another run or anything else,
  ///   `.locked` where another process is beginning one there, `.noSpace`, `.system`.
  public static func create(
    at path: String, record: RunRecord, split: [UInt8]? = nil
  ) throws(TrainingError) -> RunDirectory {
    try record.check("run record")
    if try RunFiles.isFolder(path) == false {
      throw TrainingError(
        kind: .run, subject: path, detail: "it is a file", hint: "give a folder for the run")
    }
    try RunFiles.makeFolder(path)
    // What lies there is looked at before a lock file is put beside it.
    try refuseOthers(path)
    let lock = try ExclusiveLock(path: "\(path)/\(File.lock)", run: path)
    // Another process may have begun a run between the first look and the lock.
    try refuseOthers(path)
    let bytes = try RunJSON.encode(record, subject: "run record", pretty: true)
    if let split { try RunFiles.replace("\(path)/\(File.split)", with: split) }
    try RunFiles.replace("\(path)/\(File.record)", with: bytes)
    return RunDirectory(path: path, record: record, lock: lock, last: 0)
  }

  private static func refuseOthers(_ path: String) throws(TrainingError) {
    let names = try RunFiles.names(path)
    if names.contains(File.record) {
      throw TrainingError(
        kind: .run, subject: path, detail: "it holds a run already",
        hint: "resume it, or take another folder")
    }
    // What a beginning that was cut short leaves is no run. Without the lock file a split.json is
    // somebody's own.
    var left = [File.lock] + [File.split, File.record].map { "\($0).temporary" }
    if names.contains(File.lock) { left.append(File.split) }
    guard let other = names.first(where: { !left.contains($0) }) else { return }
    throw TrainingError(
      kind: .run, subject: path, detail: "it is no run, and holds '\(other)'",
      hint: "take a new or an empty folder")
  }

  /// Opens a run to go on with it. A last line of metrics that a crash cut short is taken away.
  ///
  /// - Returns: the directory and what it holds.
  /// - Throws: ``TrainingError``: `.run` where there is none or it is damaged, `.locked` where
  ///   another process is writing it, `.noSpace`, `.system`.
  public static func resume(
    at path: String
  ) throws(TrainingError) -> (directory: RunDirectory, contents: RunContents) {
    // Without a run there is nothing to lock, and no lock file is left behind.
    _ = try contents(at: path)
    let lock = try ExclusiveLock(path: "\(path)/\(File.lock)", run: path)
    let contents = try contents(at: path)
    let directory = RunDirectory(
      path: path, record: contents.record, lock: lock, last: contents.epochs.last?.epoch ?? 0)
    if contents.hasCutMetrics { try directory.rewrite(contents.epochs) }
    return (directory, contents)
  }

  /// The path of one of its files.
  public func path(of name: String) -> String { "\(path)/\(name)" }

  /// Adds an epoch's record to the metrics; it is on the disk when this returns.
  ///
  /// - Throws: ``TrainingError``: `.run` where the epoch is not the one after the last, `.noSpace`
  ///   and `.system`, in which case nothing was added.
  public func append(_ epoch: EpochRecord) throws(TrainingError) {
    try epoch.check("epoch \(epoch.epoch)")
    let file = path(of: File.metrics)
    let bytes = try RunJSON.encode(epoch, subject: file, pretty: false)
    try last.withLock { last throws(TrainingError) in
      guard epoch.epoch == last + 1 else {
        throw TrainingError(
          kind: .run, subject: file,
          detail: "epoch \(epoch.epoch) cannot follow epoch \(last)",
          hint: "give every epoch once, in order")
      }
      let descriptor = open(file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0o644)
      if descriptor < 0 { throw RunFiles.failure(errno, "write", file) }
      defer { close(descriptor) }
      let length = lseek(descriptor, 0, SEEK_END)
      do throws(TrainingError) {
        try RunFiles.write(bytes, to: descriptor, file)
        if fsync(descriptor) != 0 { throw RunFiles.failure(errno, "write", file) }
      } catch {
        // Half a line would end in the middle of the next one.
        _ = ftruncate(descriptor, max(0, length))
        throw error
      }
      if length == 0 { Files.syncFolder(of: file) }
      last = epoch.epoch
    }
  }

  /// Takes away the metrics of the epochs after `epoch`, so that these can be trained again, and
  /// the result.
  ///
  /// - Throws: ``TrainingError`` as ``contents(at:)`` and ``append(_:)``; `.run` where there are
  ///   fewer epochs than that.
  public func truncateMetrics(after epoch: Int) throws(TrainingError) {
    let contents = try Self.contents(at: path)
    guard contents.epochs.count >= epoch else {
      throw TrainingError(
        kind: .run, subject: self.path(of: File.metrics),
        detail:
          "it has \(Words.counted(contents.epochs.count, "epoch")), "
          + "and the state is of epoch \(epoch)",
        hint: "put the file back, or train again into a new folder")
    }
    try rewrite(contents.epochs.filter { $0.epoch <= epoch })
    let result = path(of: File.result)
    if unlink(result) != 0, errno != ENOENT { throw RunFiles.failure(errno, "remove", result) }
  }

  private func rewrite(_ epochs: [EpochRecord]) throws(TrainingError) {
    let file = path(of: File.metrics)
    try last.withLock { last throws(TrainingError) in
      var bytes: [UInt8] = []
      for epoch in epochs {
        bytes += try RunJSON.encode(epoch, subject: file, pretty: false)
      }
      try RunFiles.replace(file, with: bytes)
      last = epochs.last?.epoch ?? 0
    }
  }

  /// Writes how the run ended.
  /// - Throws: ``TrainingError``: `.run` where matrices are not of the run's labels, `.noSpace`,
  ///   `.system`.
  public func finish(_ result: ResultRecord) throws(TrainingError) {
    try write(result, to: File.result)
  }

  /// Writes what the run comes to so far.
  /// - Throws: as ``finish(_:)``.
  func keep(_ progress: ResultRecord) throws(TrainingError) {
    try write(progress, to: File.progress)
  }

  /// What ``keep(_:)`` wrote last; nil where it wrote nothing.
  /// - Throws: ``TrainingError`` `.run` where it is damaged, `.system`.
  func kept() throws(TrainingError) -> ResultRecord? {
    try Self.result(path(of: File.progress), of: record)
  }

  /// Removes what ``keep(_:)`` wrote, which does no harm where it stays.
  func forgetKept() { unlink(path(of: File.progress)) }

  private func write(_ result: ResultRecord, to name: String) throws(TrainingError) {
    try result.check("result record", labels: record.labels.count)
    let bytes = try RunJSON.encode(result, subject: "result record", pretty: true)
    // First, so that a result is never without them.
    if let table = PredictionsTable.csv(result.evaluations, labels: record.labels) {
      try replace(File.predictions, with: table)
    }
    try replace(name, with: bytes)
  }

  /// Replaces one of its files, such as a checkpoint: readers find, at any moment and after any
  /// crash, the old content or the new one.
  /// - Throws: ``TrainingError`` `.noSpace`, `.system`; the old content is still there then.
  public func replace(_ name: String, with bytes: [UInt8]) throws(TrainingError) {
    try RunFiles.replace(path(of: name), with: bytes)
  }
}
