internal import Corpus
internal import DataLoading

/// What `lathe_loader_open` is told, read from JSON; the header documents each key.
struct LoaderOptions {
  /// One cache of a mix.
  struct Source {
    let path: String
    let weight: Double?
    let sides: SideChoice
  }

  /// Whose statistics normalise the samples.
  struct Normalising {
    let axis: SampleStatistics.Axis
    /// Nil for the training side.
    let sides: SideChoice.Sides?

    /// Reads the key `normalisation`; nil where it is left out.
    /// - Throws: `.configuration`.
    init?(_ fields: JSONFields) throws(InterfaceError) {
      guard let value = fields["normalisation"] else { return nil }
      let object = try JSONFields(value, at: "normalisation", keys: ["axis", "side", "test"])
      guard let axis = try object.choice("axis", SampleStatistics.Axis.self) else {
        throw object.refusal("axis", "is missing", "choose overall or first")
      }
      self.axis = axis
      sides = try SideChoice.Sides(object)
    }
  }

  let view: String
  let sides: SideChoice
  /// Empty where the one cache is that of the handle.
  let sources: [Source]
  let normalising: Normalising?
  /// The number of the first epoch.
  let epoch: Int
  let state: LoaderState?
  /// All but the normalisation.
  let configuration: LoaderConfiguration

  private static let keys = [
    "view", "batch_size", "seed", "shuffle", "epochs", "epoch", "last_batch", "sampling",
    "samples_per_epoch", "rank", "world_size", "threads", "prefetch", "dtype", "augmentation",
    "normalisation", "sources", "state",
  ]

  /// The fields of a configuration whose keys have other names.
  static let renamedFields = [
    "batchSize": "batch_size", "lastBatch": "last_batch", "samplesPerEpoch": "samples_per_epoch",
    "worldSize": "world_size", "dataType": "dtype",
  ]

  /// Reads and checks what can be checked without the cache.
  /// - Throws: `.configuration`, which names the key.
  init(_ json: JSONValue) throws(InterfaceError) {
    let fields = try JSONFields(json, at: "", keys: Self.keys + SideChoice.keys)
    view = try Self.view(fields)
    sides = try SideChoice(fields)
    sources = try Self.sources(fields, within: sides)
    normalising = try Normalising(fields)
    state = try fields.decoded("state", LoaderState.self)
    epoch = try fields.integer("epoch") ?? 0
    guard (0...1 << 31).contains(epoch) else {
      throw fields.refusal("epoch", "\(epoch) cannot be done", "give 0 or more")
    }
    var configuration = LoaderConfiguration()
    configuration.batchSize = try fields.integer("batch_size") ?? configuration.batchSize
    configuration.seed = try fields.unsigned("seed") ?? 0
    configuration.shuffle = try fields.flag("shuffle") ?? true
    configuration.lastBatch =
      try fields.choice("last_batch", LoaderConfiguration.LastBatch.self) ?? .keep
    configuration.sampling = try fields.decoded("sampling", Sampling.self) ?? .uniform
    configuration.samplesPerEpoch = try fields.integer("samples_per_epoch")
    configuration.rank = try fields.integer("rank") ?? 0
    configuration.worldSize = try fields.integer("world_size") ?? 1
    configuration.threads = try fields.integer("threads") ?? configuration.threads
    configuration.prefetch = try fields.integer("prefetch")
    configuration.dataType = try fields.choice("dtype", DataType.self) ?? .float32
    configuration.augmentation = try fields.decoded("augmentation", Augmentation.self)
    configuration.epochs = try Self.lastEpoch(fields, from: epoch)
    self.configuration = configuration
  }

  /// The key `view`.
  /// - Throws: `.configuration` where it is left out.
  static func view(_ fields: JSONFields) throws(InterfaceError) -> String {
    if let view = try fields.text("view") { return view }
    throw fields.refusal("view", "is missing", "name one of the cache's views")
  }

  /// The number of epochs from the very first on; nil for no end.
  private static func lastEpoch(
    _ fields: JSONFields, from epoch: Int
  ) throws(InterfaceError) -> Int? {
    guard let epochs = try fields.integer("epochs") else {
      return fields.has("epochs") ? nil : epoch + 1
    }
    guard (1...1 << 31).contains(epochs) else {
      throw fields.refusal("epochs", "\(epochs) cannot be done", "give 1 or more, or null")
    }
    return epoch + epochs
  }

  private static func sources(
    _ fields: JSONFields, within outer: SideChoice
  ) throws(InterfaceError) -> [Source] {
    guard let list = fields["sources"] else { return [] }
    guard case .array(let items) = list, !items.isEmpty else {
      throw fields.refusal("sources", "is no list with something in it", "write [{\"cache\": …}]")
    }
    var sources: [Source] = []
    for (number, item) in items.enumerated() {
      let place = "sources[\(number)]"
      let source = try JSONFields(item, at: place, keys: ["cache", "weight"] + SideChoice.keys)
      guard let path = try source.text("cache") else {
        throw source.refusal("cache", "is missing", "give the folder of a cache")
      }
      sources.append(
        Source(
          path: path, weight: try source.number("weight"),
          sides: try SideChoice(source, within: outer)))
    }
    return sources
  }
}
