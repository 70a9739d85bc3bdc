internal import Corpus
internal import DataLoading
internal import DatasetCache
internal import Foundation
public import Networks
internal import Preparation
public import Training

/// A training that is ready to begin: samples opened, choices checked, the record written out.
public struct TrainingJob {
  /// What will be recorded.
  public let record: RunRecord
  /// What is learnt from, and what it is measured by.
  public let source: TrainingSource
  /// How it is run.
  public let configuration: SessionConfiguration
  /// Where the cache or the table lies now.
  let path: String
  /// Nil for an external program.
  let kind: TrainerKind?
  let split: Split
  let setting: TrainerSetting

  /// A new training.
  /// - Parameters:
  ///   - mode: the view, which is that of the samples, and the trainer.
  ///   - samples: what it is trained on, with their split.
  ///   - roles: what each side is for; the usual roles if nil.
  ///   - choices: everything else.
  ///   - registry: the trainers that can be named.
  /// - Throws: ``RunError`` `.choice`, `TrainingError` for a trainer, an option or samples that
  ///   cannot be used, and `CacheError` and `SampleError` where samples cannot be read.
  public init(
    _ mode: TrainingMode, _ samples: DividedSamples, roles: SideRoles? = nil,
    _ choices: RunChoices = RunChoices(), registry: TrainerRegistry = EmbeddedTrainers.registry
  ) throws {
    var roles = roles ?? SideRoles(of: samples.split)
    try roles.check()
    split = samples.split
    path = Self.absolute(samples.path)
    let training = try samples.samples(roles.training)
    var evaluated: [TrainingSource.Side] = []
    for side in [roles.selection, roles.test].compactMap({ $0 }) {
      if let found = try samples.samplesIfAny(side) {
        evaluated.append(TrainingSource.Side(side, found))
      } else {
        try roles.leaveOut(side)
      }
    }
    source = try TrainingSource(
      training: training, evaluated: evaluated, selection: roles.selection)
    kind = try mode.kind(in: registry, for: training)
    if let kind {
      try choices.options.check(for: kind)
      try Self.check(kind, takes: training)
    }
    let defaults =
      kind?.defaults
      ?? registry.standard(
        for: mode.view.rawValue, shape: training.shape, axes: training.axes)?.defaults
    configuration = try choices.configuration(defaults, for: training)
    let threads = choices.threads ?? min(8, ProcessInfo.processInfo.activeProcessorCount)
    setting = TrainerSetting(
      sampleShape: training.shape, labels: training.labels, isTagged: training.isTagged,
      labelCounts: source.labelCounts,
      training: training, normalisation: configuration.normalisation, seed: choices.seed,
      threads: threads, batchSize: configuration.batchSize, options: choices.options)
    let parts = TrainingJobRecord(
      samples: samples, roles: roles, source: source, configuration: configuration,
      setting: setting)
    var record = try parts.record(
      trainer: mode.trainer ?? kind?.name ?? mode.view.rawValue, view: mode.view)
    record.batches = choices.batches == .none ? nil : choices.batches
    self.record = record
  }

  /// A run that is gone on with, from its record.
  /// - Parameter samples: what it was trained on, with its split.
  /// - Throws: as ``init(_:_:roles:_:registry:)``; ``RunError`` `.run` where the samples are not
  ///   those of the run.
  init(resuming record: RunRecord, _ samples: DividedSamples, registry: TrainerRegistry) throws {
    split = samples.split
    path = Self.absolute(samples.path)
    let training = try samples.samples(record.sides.trainingSides)
    try record.check(training, at: samples.path)
    let sides = try [record.sides.selection, record.sides.test].compactMap { $0 }.map {
      TrainingSource.Side($0, try samples.samples([$0]))
    }
    source = try TrainingSource(
      training: training, evaluated: sides, selection: record.sides.selection)
    kind =
      TrainingMode.command(of: record.trainer) == nil
      ? try registry.kind(named: record.trainer) : nil
    var configuration = SessionConfiguration()
    configuration.epochs = record.epochs
    configuration.batchSize = record.batchSize
    configuration.seed = record.seed
    configuration.normalisation = record.normalisation
    configuration.augmentation = record.augmentation
    configuration.patience = record.patience
    self.configuration = configuration
    setting = TrainerSetting(
      sampleShape: record.sampleShape, labels: record.labels, isTagged: record.isTagged,
      labelCounts: source.labelCounts,
      training: training, normalisation: record.normalisation, seed: record.seed,
      threads: record.threads, batchSize: record.batchSize, options: TrainerOptions(record.options))
    self.record = record
  }

  private static func check(
    _ kind: TrainerKind, takes samples: any SampleSource
  ) throws(TrainingError) {
    guard samples.isTagged, !kind.takesTags else { return }
    throw TrainingError(
      kind: .configuration, subject: "trainer '\(kind.name)'",
      detail: "it learns one label of each sample, and those of \(samples.name) may have several",
      hint: "take another trainer, or a dataset of one label a track")
  }

  /// A path that is the same from every working folder.
  static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }

  /// Begins the run's directory.
  func createDirectory(
    at path: String, for trainer: (any Trainer)?
  ) throws(TrainingError) -> RunDirectory {
    var record = record
    record.parameters = trainer?.parameterCount
    let json: [UInt8]
    do { json = try CanonicalJSON.encode(split) } catch {
      throw TrainingError(kind: .run, subject: "split \(split.plan.name)", detail: "\(error)")
    }
    return try RunDirectory.create(at: path, record: record, split: json)
  }

  /// The trainer of the job; nil where it is an external program.
  func trainer() throws(TrainingError) -> (any Trainer)? { try kind?.make(setting) }

  /// Trains, into a directory or into nothing.
  func run(
    _ trainer: any Trainer, in directory: RunDirectory?, resuming: Bool = false,
    progress: any TrainingProgress = SilentTraining(), cancellation: Cancellation = Cancellation()
  ) throws(TrainingError) -> ResultRecord {
    let session = TrainingSession(
      trainer, source, configuration, directory: directory, progress: progress)
    if resuming { try session.resume() }
    return try session.run(cancellation: cancellation)
  }
}

extension RunChoices {
  /// How a training is run, with what a trainer has where nothing was chosen.
  fileprivate func configuration(
    _ defaults: TrainingDefaults?, for training: any SampleSource
  ) throws -> SessionConfiguration {
    var configuration = SessionConfiguration()
    configuration.epochs = epochs ?? defaults?.epochs ?? configuration.epochs
    configuration.batchSize = min(
      batchSize ?? defaults?.batchSize ?? configuration.batchSize, training.count)
    configuration.seed = seed
    configuration.patience = patience
    configuration.augmentation = augmentation.value(
      usual: defaults?.augmentation?.fitted(to: training))
    if let axis = normalisation.value(usual: defaults?.normalisation) {
      configuration.normalisation = try Normalisation.of(training: training, axis: axis)
    }
    try configuration.check(for: training)
    return configuration
  }
}
