internal import Corpus

/// What a run directory holds.
public struct RunContents: Sendable, Hashable {
  /// Where it was read.
  public let path: String
  /// What the run is.
  public let record: RunRecord
  /// The epochs, in order.
  public let epochs: [EpochRecord]
  /// How it ended; nil while it runs, or where it was killed.
  public let result: ResultRecord?
  /// What was found that does no harm, such as a last line that was cut short; for people.
  public let remarks: [String]
  /// Whether the metrics end in a line that was cut short.
  public let hasCutMetrics: Bool

  /// Contents that were had elsewhere than from a directory.
  public init(
    path: String, record: RunRecord, epochs: [EpochRecord], result: ResultRecord?,
    remarks: [String] = [], hasCutMetrics: Bool = false
  ) {
    self.path = path
    self.record = record
    self.epochs = epochs
    self.result = result
    self.remarks = remarks
    self.hasCutMetrics = hasCutMetrics
  }
}

extension RunDirectory {
  /// A record is some kilobytes; the limits only keep a wrong file from filling the memory.
  private static let recordLimit = 64 << 20
  private static let metricsLimit = 256 << 20

  private static let optionsInFields = [
    "training-side", "selection-side", "test-side", "epochs", "batch-size", "seed", "patience",
    "normalise", "augmentation",
  ]

  /// Reads a run directory, whether the run has ended or not.
  ///
  /// - Parameter withOutcomes: whether the result also has what each track was taken for, where the
  ///   run has kept it.
  /// - Throws: ``TrainingError``: `.run` where there is no run, or a record is damaged, of another
  ///   schema or contradicts another (it names file and line), `.system`.
  public static func contents(
    at path: String, withOutcomes: Bool = false
  ) throws(TrainingError) -> RunContents {
    let file = "\(path)/\(File.record)"
    guard try RunFiles.isFolder(path) == true,
      let json = try RunFiles.read(file, limit: recordLimit)
    else {
      throw TrainingError(
        kind: .run, subject: path, detail: "there is no run (no \(File.record))",
        hint: "give a folder that lathe train has written")
    }
    var record = try record(json, subject: file)
    try record.check(file)
    if record.split.plan == nil { record.split.plan = try plan(at: path) }
    let (epochs, cut) = try epochs("\(path)/\(File.metrics)")
    var result = try result("\(path)/\(File.result)", of: record)
    var remarks = cut.map { [$0] } ?? []
    if withOutcomes, let whole = result {
      do throws(TrainingError) {
        result = try adding(outcomesAt: path, to: whole, record.labels)
      } catch {
        remarks.append("\(error.subject): \(error.detail); it was left out")
      }
    }
    return RunContents(
      path: path, record: record, epochs: epochs, result: result, remarks: remarks,
      hasCutMetrics: cut != nil)
  }

  /// A result with what each track was taken for; as it is where that was not kept.
  private static func adding(
    outcomesAt path: String, to result: ResultRecord, _ labels: [String]
  ) throws(TrainingError) -> ResultRecord {
    let file = "\(path)/\(File.predictions)"
    guard let csv = try RunFiles.read(file, limit: metricsLimit) else { return result }
    let outcomes = try PredictionsTable.outcomes(csv, labels: labels, subject: file)
    guard let whole = result.adding(outcomes) else {
      throw .record(file, "it is of other predictions than the result")
    }
    return whole
  }

  /// A result of a run that lies in a file; nil where there is no file.
  static func result(
    _ file: String, of record: RunRecord
  ) throws(TrainingError) -> ResultRecord? {
    guard let json = try RunFiles.read(file, limit: recordLimit) else { return nil }
    let result = try RunJSON.decode(ResultRecord.self, from: json, subject: file)
    try result.check(file, labels: record.labels.count)
    return result
  }

  /// Decodes the record; a record of another schema is distinguished from a damaged one.
  private static func record(_ json: [UInt8], subject: String) throws(TrainingError) -> RunRecord {
    struct Schema: Decodable { let schema: String }
    let schema = try RunJSON.decode(Schema.self, from: json, subject: subject).schema
    guard schema == RunRecord.schema else {
      throw TrainingError(
        kind: .run, subject: subject,
        detail: "its schema is '\(schema.prefix(64))', not '\(RunRecord.schema)'",
        hint: "read it with the version of lathe that wrote it")
    }
    var record = try RunJSON.decode(RunRecord.self, from: json, subject: subject)
    // Where version 0.1 kept it.
    if let text = record.options.removeValue(forKey: "patience-epochs"), record.patience == nil {
      record.patience = Int(text)
    }
    // Earlier versions of the Python package recorded these twice: runs that differ in the seed
    // alone would have other options each.
    if record.torchNetwork != nil {
      for name in Self.optionsInFields {
        let text = record.options.removeValue(forKey: name)
        if name == "patience", record.patience == nil { record.patience = text.flatMap { Int($0) } }
      }
    }
    return record
  }

  /// The plan of the split that lies beside an older record; nil where none does.
  private static func plan(at path: String) throws(TrainingError) -> SplitPlan? {
    struct Planned: Decodable { let plan: SplitPlan }
    let file = "\(path)/\(File.split)"
    guard let json = try RunFiles.read(file, limit: recordLimit) else { return nil }
    return try? RunJSON.decode(Planned.self, from: json, subject: file).plan
  }

  /// The epochs of a file of metrics, and a remark where its last line is cut short.
  private static func epochs(_ file: String) throws(TrainingError) -> ([EpochRecord], String?) {
    guard let text = try RunFiles.read(file, limit: metricsLimit) else { return ([], nil) }
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var epochs: [EpochRecord] = []
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let subject = "\(file), line \(index + 1)"
      // The last piece of a whole file is the empty one after the last line end.
      let isCut = index == lines.count - 1
      do throws(TrainingError) {
        if isCut { throw .record(subject, "it has no line end") }
        let epoch = try RunJSON.decode(EpochRecord.self, from: line, subject: subject)
        try epoch.check(subject)
        let last = epochs.last?.epoch ?? 0
        guard epoch.epoch == last + 1 else {
          throw .record(subject, "epoch \(epoch.epoch) follows epoch \(last)")
        }
        epochs.append(epoch)
      } catch {
        guard lines[(index + 1)...].allSatisfy(\.isEmpty) else { throw error }
        return (epochs, "\(error.subject): \(error.detail); the line was left out")
      }
    }
    return (epochs, nil)
  }
}
