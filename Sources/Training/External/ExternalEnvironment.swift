import Corpus
import DataLoading
import FoundationEssentials
import Glibc

/// The variables that a trainer finds in its environment; ``ExternalTraining`` lists them.
enum ExternalEnvironment {
  /// The variables of this process, with those of a training.
  static func variables(_ training: ExternalTraining) -> [String: String] {
    let record = training.run.record
    var samples = [record.sides.training: training.source.training.count]
    for side in training.source.evaluated { samples[side.name] = side.samples.count }
    var variables = variables(
      record, run: training.run.path, cache: training.cache, samples: samples)
    variables["LATHE_MODE"] = "train"
    let axes = training.source.training.axes.map { JSONValue.string($0.name) }
    variables["LATHE_SAMPLE_AXES"] = String(
      decoding: JSONValue.array(axes).canonicalBytes(), as: UTF8.self)
    variables["LATHE_EPOCHS_DONE"] = "\(training.before?.epochs ?? 0)"
    variables["LATHE_BATCHES"] = training.batches.rawValue
    return variables
  }

  /// The variables of this process, with those that a record and its samples make.
  /// - Parameters:
  ///   - run: the folder in which the program may write.
  ///   - cache: where the cache lies now.
  ///   - samples: how many samples each side has.
  static func variables(
    _ record: RunRecord, run: String, cache: String, samples: [String: Int]
  ) -> [String: String] {
    func json(_ value: JSONValue) -> String {
      String(decoding: value.canonicalBytes(), as: UTF8.self)
    }
    var variables = ProcessInfo.processInfo.environment
    let isCache = record.source.kind == .cache
    variables["LATHE_RUN_DIR"] = absolute(run)
    variables["LATHE_CACHE"] = isCache ? absolute(cache) : ""
    variables["LATHE_VIEW"] = record.view
    variables["LATHE_SPLIT"] = record.split.name
    variables["LATHE_TRAINING_SIDE"] = record.sides.training
    variables["LATHE_SELECTION_SIDE"] = record.sides.selection ?? ""
    variables["LATHE_TEST_SIDE"] = record.sides.test ?? ""
    variables["LATHE_SEED"] = "\(record.seed)"
    variables["LATHE_EPOCHS"] = "\(record.epochs)"
    variables["LATHE_EPOCHS_DONE"] = "0"
    variables["LATHE_BATCH_SIZE"] = "\(record.batchSize)"
    variables["LATHE_LABELS"] = json(.array(record.labels.map(JSONValue.string)))
    variables["LATHE_TAGGED"] = "\(record.isTagged)"
    variables["LATHE_SAMPLE_SHAPE"] = json(.array(record.sampleShape.map { .integer(Int64($0)) }))
    variables["LATHE_SAMPLES"] = json(.object(samples.mapValues { .integer(Int64($0)) }))
    variables["LATHE_NORMALISATION"] = record.normalisation?.statistics.axis.rawValue ?? ""
    variables["LATHE_AUGMENTATION"] = augmentation(record)
    variables["LATHE_OPTIONS"] = json(.object(record.options.mapValues(JSONValue.string)))
    return variables
  }

  private static func augmentation(_ record: RunRecord) -> String {
    guard let augmentation = record.augmentation else { return "" }
    let json = try? OrderedJSON.encode(augmentation)
    return json.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The path from the root, as the trainer may work elsewhere.
  static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
