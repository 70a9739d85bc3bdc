import Corpus
import DataLoading
import Training

extension EmbeddedTrainers {
  /// Mode 2: convolutions along time on raw samples.
  static var waveform: TrainerKind {
    kind("waveform", "1-D convolutions on raw slices: five of them, then dense layers", .learnt)
  }

  /// Mode 2 with the ear's filters in the place of the first convolution's.
  static var waveformGammatone: TrainerKind {
    kind(
      "waveform-gammatone", "the same on a bank of gammatone filters, fixed or to begin with",
      .gammatone)
  }

  private static func kind(
    _ name: String, _ summary: String, _ filters: WaveformNetwork.FirstFilters
  ) -> TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 2e-3
    standard.smoothing = 0.1
    var settings = WaveformSettings()
    settings.network.firstFilters = filters
    var augmentation = Augmentation()
    augmentation.randomCrop = Augmentation.RandomCrop()
    augmentation.polarity = Augmentation.Polarity(probability: 0.5)
    return TrainerKind(
      name, views: ["waveform"], input: .signal, takesTags: true, summary: summary,
      defaults: TrainingDefaults(
        epochs: 30, batchSize: 64, normalisation: .overall, augmentation: augmentation),
      options: WaveformSettings.table.list(settings) + TrainingOptions.list(standard)
    ) { [settings, standard] setting throws(TrainingError) in
      let network = try WaveformSettings.table.settings(setting.options, from: settings).checked()
      return try NetworkTrainer(
        try network.make(
          length: setting.sampleShape.first ?? 0,
          channels: setting.sampleShape.dropFirst().reduce(1, *), labels: setting.labels.count,
          seed: setting.seed), setting, try TrainingOptions.configuration(setting, standard))
    }
  }
}

/// What is chosen about ``WaveformNetwork``: its blocks as one list for each of their numbers.
private struct WaveformSettings {
  var network = WaveformNetwork()
  var channels: [Int]
  var kernels: [Int]
  var strides: [Int]
  var pooling: [Int]

  init() {
    channels = network.blocks.map(\.channels)
    kernels = network.blocks.map(\.kernel)
    strides = network.blocks.map(\.stride)
    pooling = network.blocks.map(\.pooling)
  }

  static var table: OptionTable<WaveformSettings> {
    OptionTable([
      .list("channels", \.channels, in: 1...4_096, "channels of the convolutions, in order"),
      .list("kernels", \.kernels, in: 1...4_096, "their kernel sizes"),
      .list("strides", \.strides, in: 1...64, "their strides"),
      .list("pooling", \.pooling, in: 1...64, "positions pooled after each; 1 for none"),
      .choice(
        "order", \.network.order,
        "what comes first after a convolution: "
          + ConvolutionBlock.Order.allCases.map(\.rawValue).joined(separator: " or ")),
      .list("hidden", \.network.hidden, in: 1...16_384, "sizes of the hidden dense layers"),
      .number(
        "dropout", \.network.dropout, in: 0...0.95,
        "chance of a hidden number to be left out of a step"),
      .choice(
        "filters", \.network.firstFilters,
        "of the first convolution: "
          + WaveformNetwork.FirstFilters.allCases.map(\.rawValue).joined(separator: ", ")),
      .number(
        "sample-rate", \.network.rate, in: 1_000...768_000, "in hertz, for gammatone filters"),
    ])
  }

  /// The network that the settings come to.
  func checked() throws(TrainingError) -> WaveformNetwork {
    for (name, values) in [("kernels", kernels), ("strides", strides), ("pooling", pooling)]
    where values.count != channels.count {
      throw TrainingError(
        kind: .configuration, subject: "option '\(name)'",
        detail: "it has \(values.count) numbers for \(channels.count) convolutions",
        hint: "give channels, kernels, strides and pooling alike, one for each convolution")
    }
    var network = network
    network.blocks = channels.indices.map {
      WaveformNetwork.Block(
        channels: channels[$0], kernel: kernels[$0], stride: strides[$0], pooling: pooling[$0])
    }
    return network
  }
}
