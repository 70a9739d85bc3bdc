import ArgumentParser
import Corpus
import DataLoading
import DatasetCache
import Foundation
import Networks
import Preparation
import Training

/// A training that is ready to begin: samples opened, options checked, the record written out.
struct TrainingJob {
  let record: RunRecord
  let source: TrainingSource
  let configuration: SessionConfiguration
  /// Where the cache or the table lies now.
  let path: String
  /// Nil for an external program.
  let kind: TrainerKind?
  private let split: Split
  private let setting: TrainerSetting

  /// Every trainer that can be named.
  static var registry: TrainerRegistry { EmbeddedTrainers.registry }

  /// What `--trainer` begins with where it names a program.
  static let externalPrefix = "exec:"

  /// - Parameters:
  ///   - place: the samples and their split.
  ///   - roles: what each side is for.
  ///   - name: the trainer; the view's usual one where it is nil.
  init(
    view: View, trainer name: String?, _ place: TrainingPlace, _ roles: SideRoles,
    _ choices: TrainingChoices
  ) throws {
    try roles.check()
    split = place.split
    path = Self.absolute(place.path)
    let training = try place.samples(roles.training)
    var evaluated: [TrainingSource.Side] = []
    var roles = roles
    for side in [roles.selection, roles.test].compactMap({ $0 }) {
      if let samples = try place.samplesIfAny(side) {
        evaluated.append(TrainingSource.Side(side, samples))
      } else {
        try roles.leaveOut(side)
      }
    }
    source = try TrainingSource(
      training: training, evaluated: evaluated, selection: roles.selection)
    let isExternal = name?.hasPrefix(Self.externalPrefix) == true
    if isExternal, name?.dropFirst(Self.externalPrefix.count).allSatisfy(\.isWhitespace) == true {
      throw TrainingError(
        kind: .configuration, subject: "trainer 'exec:'", detail: "there is no command",
        hint: "write --trainer 'exec:python3 my_trainer.py'")
    }
    let kind = isExternal ? nil : try Self.kind(name, view: view)
    let options = try TrainerOptions(parsing: choices.options)
    if let kind { try options.check(for: kind) }
    let defaults = kind?.defaults ?? Self.registry.standard(for: view.rawValue)?.defaults
    var configuration = SessionConfiguration()
    configuration.epochs = choices.epochs ?? defaults?.epochs ?? configuration.epochs
    configuration.batchSize = min(
      choices.batch ?? defaults?.batchSize ?? configuration.batchSize, training.count)
    configuration.seed = choices.seed
    configuration.patience = choices.patience
    configuration.augmentation =
      try choices.augmentation()
      ?? defaults?.augmentation?.fitted(to: training.shape)
    if let axis = try choices.axis() ?? defaults?.normalisation {
      configuration.normalisation = try Normalisation.of(training: training, axis: axis)
    }
    try configuration.check(for: training)
    let threads = choices.threads ?? min(8, ProcessInfo.processInfo.activeProcessorCount)
    setting = TrainerSetting(
      sampleShape: training.shape, labels: training.labels, labelCounts: source.labelCounts,
      training: training, normalisation: configuration.normalisation, seed: choices.seed,
      threads: threads, batchSize: configuration.batchSize, options: options)
    self.kind = kind
    self.configuration = configuration
    record = try Self.record(
      trainer: name ?? kind?.name ?? view.rawValue, view, place, roles, source, configuration,
      setting)
  }

  /// A run that is gone on with, from its record.
  /// - Parameter path: where its cache or table lies now; nil for where it was.
  init(resuming record: RunRecord, in directory: String, at path: String? = nil) throws {
    try self.init(resuming: record, try Self.place(of: record, in: directory, at: path))
  }

  /// The same with its samples opened before.
  init(resuming record: RunRecord, _ place: TrainingPlace) throws {
    split = place.split
    path = Self.absolute(place.path)
    let training = try place.samples(record.sides.trainingSides)
    try Self.check(record, training, at: place.path)
    let sides = try [record.sides.selection, record.sides.test].compactMap { $0 }.map {
      TrainingSource.Side($0, try place.samples([$0]))
    }
    source = try TrainingSource(
      training: training, evaluated: sides, selection: record.sides.selection)
    kind =
      record.trainer.hasPrefix(Self.externalPrefix)
      ? nil : try Self.registry.kind(named: record.trainer)
    var configuration = SessionConfiguration()
    configuration.epochs = record.epochs
    configuration.batchSize = record.batchSize
    configuration.seed = record.seed
    configuration.normalisation = record.normalisation
    configuration.augmentation = record.augmentation
    configuration.patience = record.options[Self.patienceKey].flatMap { Int($0) }
    self.configuration = configuration
    setting = TrainerSetting(
      sampleShape: record.sampleShape, labels: record.labels, labelCounts: source.labelCounts,
      training: training, normalisation: record.normalisation, seed: record.seed,
      threads: record.threads, batchSize: record.batchSize,
      options: TrainerOptions(record.options.filter { $0.key != Self.patienceKey }))
    self.record = record
  }

  /// Where the record keeps `--patience`, which is the session's and not the trainer's.
  static let patienceKey = "patience-epochs"

  private static func kind(_ name: String?, view: View) throws -> TrainerKind {
    if let name {
      let kind = try registry.kind(named: name)
      if kind.views.contains(view.rawValue) { return kind }
      throw TrainingError(
        kind: .configuration, subject: "trainer '\(name)'",
        detail: "it is not for the view \(view.rawValue)",
        hint: "train it on \(kind.views.joined(separator: " or "))")
    }
    if let kind = registry.standard(for: view.rawValue) { return kind }
    throw ValidationError("\(view.rawValue): no trainer is for this view; name one with --trainer.")
  }

  private static func record(
    trainer: String, _ view: View, _ place: TrainingPlace, _ roles: SideRoles,
    _ source: TrainingSource, _ configuration: SessionConfiguration, _ setting: TrainerSetting
  ) throws -> RunRecord {
    // By name: of folds by slices, several have parts of one track.
    func tracks(_ samples: any SampleSource) -> Int {
      let numbers = Set((0..<samples.count).lazy.map { samples.place(of: $0).track })
      return Set(numbers.lazy.map { samples.trackID($0) }).count
    }
    var samples = [roles.trainingName: source.training.count]
    var trackCounts = [roles.trainingName: tracks(source.training)]
    for side in source.evaluated {
      samples[side.name] = side.samples.count
      trackCounts[side.name] = tracks(side.samples)
    }
    var options = setting.options.values
    if let patience = configuration.patience { options[patienceKey] = "\(patience)" }
    return RunRecord(
      trainer: trainer, view: view.rawValue,
      source: RunRecord.Source(
        kind: place.kind, path: Self.absolute(place.path), identity: source.training.identity),
      split: RunRecord.Split(
        name: place.split.plan.name, policy: place.split.plan.policy.rawValue,
        fingerprint: try TrainingPlace.fingerprint(of: place.split), sides: place.split.sides),
      sides: RunRecord.Sides(
        training: roles.trainingName, selection: roles.selection, test: roles.test),
      labels: setting.labels, sampleShape: setting.sampleShape, seed: setting.seed,
      epochs: configuration.epochs, batchSize: configuration.batchSize, threads: setting.threads,
      options: options, normalisation: configuration.normalisation,
      augmentation: configuration.augmentation, recipe: place.recipe, samples: samples,
      tracks: trackCounts, lathe: latheVersion, startedAt: Date().ISO8601Format())
  }

  /// The samples that a run was trained on.
  static func place(
    of record: RunRecord, in directory: String, at path: String? = nil
  ) throws -> TrainingPlace {
    guard let view = View(rawValue: record.view) else { throw unknownView(record) }
    switch record.source.kind {
    case .cache:
      let place = path ?? record.source.path
      let cache = try Cache.open(at: place, for: .loading)
      guard try cache.splitNames().contains(record.split.name) else {
        throw TrainingError(
          kind: .run, subject: place,
          detail: "it has no split '\(record.split.name)', which the run was trained on",
          hint: "give the cache that the run was trained on, or make the split again")
      }
      return try .cache(cache, view: view, split: record.split.name)
    case .csv:
      let file = "\(directory)/\(RunDirectory.File.split)"
      guard let data = FileManager.default.contents(atPath: file),
        let split = try? JSONDecoder().decode(Split.self, from: data)
      else {
        throw TrainingError(
          kind: .run, subject: file, detail: "the split of the run is not there, or damaged",
          hint: "train again with the same seed: it gives the same")
      }
      return try .table(path ?? record.source.path, split: split)
    }
  }

  static func unknownView(_ record: RunRecord) -> TrainingError {
    TrainingError(
      kind: .run, subject: "run", detail: "its view '\(record.view)' is not known",
      hint: "read it with the version of lathe that wrote it")
  }

  /// A path that is the same from every working folder.
  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }

  /// Begins the run's directory.
  /// - Parameter complete: adds to the record what the job does not know.
  func createDirectory(
    at path: String, for trainer: (any Trainer)?, _ complete: (inout RunRecord) -> Void = { _ in }
  ) throws -> RunDirectory {
    var record = record
    record.parameters = trainer?.parameterCount
    complete(&record)
    let directory = try RunDirectory.create(at: path, record: record)
    try directory.replace(RunDirectory.File.split, with: try CanonicalJSON.encode(split))
    return directory
  }

  /// Refuses samples that are not those of the run.
  /// - Parameter path: where they lie.
  static func check(_ record: RunRecord, _ training: any SampleSource, at path: String) throws {
    guard training.labels == record.labels else {
      throw TrainingError(
        kind: .run, subject: path,
        detail: "its labels are \(Words.list(training.labels)), and the run's "
          + "\(Words.list(record.labels))",
        hint: "give the cache that the run was trained on, or train again")
    }
    guard training.identity == record.source.identity, training.shape == record.sampleShape else {
      throw TrainingError(
        kind: .run, subject: path,
        detail: "its samples are not those that the run was trained on",
        hint: "give the cache as it was then, or train again")
    }
  }

  /// The trainer of the job; nil where it is an external program.
  func trainer() throws -> (any Trainer)? { try kind?.make(setting) }

  /// Trains, into a directory or into nothing.
  func run(
    _ trainer: any Trainer, in directory: RunDirectory?, resuming: Bool = false,
    progress: any TrainingProgress = SilentTraining(), cancellation: Cancellation = Cancellation()
  ) throws -> ResultRecord {
    let session = TrainingSession(
      trainer, source, configuration, directory: directory, progress: progress)
    if resuming { try session.resume() }
    return try session.run(cancellation: cancellation)
  }
}
