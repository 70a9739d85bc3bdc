package import Corpus
package import DataLoading

/// What a loader is asked for, read from JSON; the C header documents each key.
package struct LoaderOptions {
  /// One cache of a mix.
  package struct Source {
    package let path: String
    package let weight: Double?
    package let sides: SideChoice
  }

  /// Whose statistics normalise the samples.
  package struct Normalising {
    package let axis: SampleStatistics.Axis
    /// Nil for the training side.
    package let sides: SideChoice.Sides?

    /// The object under the key `normalisation`.
    package static var form: JSONForm<Normalising> {
      .object { fields throws(JSONFieldError) in
        Normalising(
          axis: try fields.required("axis", .choice), sides: try SideChoice.Sides(fields))
      }
    }
  }

  package let view: String
  package let sides: SideChoice
  /// Empty where the one cache is that of the handle.
  package let sources: [Source]
  package let normalising: Normalising?
  /// The number of the first epoch.
  package let epoch: Int
  package let state: LoaderState?
  /// All but the normalisation.
  package let configuration: LoaderConfiguration

  /// The fields of a configuration whose keys have other names.
  package static let renamedFields = [
    "batchSize": "batch_size", "lastBatch": "last_batch", "samplesPerEpoch": "samples_per_epoch",
    "worldSize": "world_size", "dataType": "dtype",
  ]

  /// The whole text; what needs the cache is not checked yet.
  package static var form: JSONForm<LoaderOptions> {
    .object(named: "configuration") { fields throws(JSONFieldError) in
      try LoaderOptions(fields)
    }
  }

  private init(_ fields: StrictObject) throws(JSONFieldError) {
    view = try fields.required("view", Self.view)
    let sides = try SideChoice(fields)
    self.sides = sides
    sources =
      try fields.optional(
        "sources", .list(of: Self.source(within: sides), "a list of caches, [{\"cache\": …}]"))
      ?? []
    if sources.isEmpty, fields.has("sources") {
      throw fields.error(
        "sources", "is an empty list", hint: "give a list of caches, [{\"cache\": …}]")
    }
    normalising = try fields.optional("normalisation", Normalising.form)
    state = try fields.optional("state", .decodable("what a loader saved, as it is"))
    epoch = try fields.optional("epoch", .whole(in: 0...1 << 31)) ?? 0
    var configuration = LoaderConfiguration()
    let standard = configuration
    configuration.batchSize = try fields.optional("batch_size", .whole()) ?? standard.batchSize
    configuration.seed = try fields.optional("seed", .unsigned) ?? standard.seed
    configuration.shuffle = try fields.optional("shuffle", .flag) ?? standard.shuffle
    configuration.lastBatch = try fields.optional("last_batch", .choice) ?? standard.lastBatch
    configuration.sampling = try fields.optional("sampling", Sampling.form) ?? standard.sampling
    configuration.samplesPerEpoch = try fields.optional("samples_per_epoch", .whole())
    configuration.rank = try fields.optional("rank", .whole()) ?? standard.rank
    configuration.worldSize = try fields.optional("world_size", .whole()) ?? standard.worldSize
    configuration.threads = try fields.optional("threads", .whole()) ?? standard.threads
    configuration.prefetch = try fields.optional("prefetch", .whole())
    configuration.dataType = try fields.optional("dtype", .choice) ?? standard.dataType
    configuration.augmentation = try fields.optional("augmentation", Augmentation.form)
    configuration.epochs = try Self.lastEpoch(fields, from: epoch)
    self.configuration = configuration
  }

  /// The value of the key `view`.
  package static var view: JSONForm<String> {
    .text.expecting("the name of one of the cache's views")
  }

  /// The number of epochs from the very first on; nil for no end.
  private static func lastEpoch(
    _ fields: StrictObject, from epoch: Int
  ) throws(JSONFieldError) -> Int? {
    let form = JSONForm.whole(in: 1...1 << 31)
    if let epochs = try fields.optional(
      "epochs", form.expecting("\(form.expected), or null for no end"))
    {
      return epoch + epochs
    }
    return fields.has("epochs") ? nil : epoch + 1
  }

  private static func source(within outer: SideChoice) -> JSONForm<Source> {
    .object { fields throws(JSONFieldError) in
      Source(
        path: try fields.required("cache", .text.expecting("the folder of a cache")),
        weight: try fields.optional("weight", .number),
        sides: try SideChoice(fields, within: outer))
    }
  }
}
