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
    var network = WaveformNetwork()
    network.firstFilters = filters
    var augmentation = Augmentation()
    augmentation.randomCrop = Augmentation.RandomCrop()
    augmentation.polarity = Augmentation.Polarity(probability: 0.5)
    return TrainerKind(
      name, views: ["waveform"], input: .signal, summary: summary,
      defaults: TrainingDefaults(
        epochs: 30, batchSize: 64, normalisation: .overall, augmentation: augmentation),
      options: options(network) + TrainingOptions.list(standard)
    ) { [network, standard] setting throws(TrainingError) in
      let network = try read(setting.options, network)
      return try NetworkTrainer(
        try network.make(
          length: setting.sampleShape.reduce(1, *), labels: setting.labels.count,
          seed: setting.seed), setting, try TrainingOptions.configuration(setting, standard))
    }
  }

  private static func options(_ network: WaveformNetwork) -> [TrainerOption] {
    [
      TrainerOption(
        "channels", network.blocks.map(\.channels), "channels of the convolutions, in order"),
      TrainerOption("kernels", network.blocks.map(\.kernel), "their kernel sizes"),
      TrainerOption("strides", network.blocks.map(\.stride), "their strides"),
      TrainerOption(
        "pooling", network.blocks.map(\.pooling), "positions pooled after each; 1 for none"),
      TrainerOption(
        "order", network.order.rawValue,
        "what comes first after a convolution: "
          + ConvolutionBlock.Order.allCases.map(\.rawValue).joined(separator: " or ")),
      TrainerOption("hidden", network.hidden, "sizes of the hidden dense layers"),
      TrainerOption(
        "dropout", "\(network.dropout)", "chance of a hidden number to be left out of a step"),
      TrainerOption(
        "filters", network.firstFilters.rawValue,
        "of the first convolution: "
          + WaveformNetwork.FirstFilters.allCases.map(\.rawValue).joined(separator: ", ")),
      TrainerOption("sample-rate", "\(Int(network.rate))", "in hertz, for gammatone filters"),
    ]
  }

  private static func read(
    _ options: TrainerOptions, _ standard: WaveformNetwork
  ) throws(TrainingError) -> WaveformNetwork {
    var network = standard
    let channels = try options.integers(
      "channels", default: standard.blocks.map(\.channels), in: 1...4_096)
    let kernels = try options.integers(
      "kernels", default: standard.blocks.map(\.kernel), in: 1...4_096)
    let strides = try options.integers(
      "strides", default: standard.blocks.map(\.stride), in: 1...64)
    let pooling = try options.integers(
      "pooling", default: standard.blocks.map(\.pooling), in: 1...64)
    for (name, values) in [("kernels", kernels), ("strides", strides), ("pooling", pooling)]
    where values.count != channels.count {
      throw TrainingError(
        kind: .configuration, subject: "option '\(name)'",
        detail: "it has \(values.count) numbers for \(channels.count) convolutions",
        hint: "give channels, kernels, strides and pooling alike, one for each convolution")
    }
    network.blocks = channels.indices.map {
      WaveformNetwork.Block(
        channels: channels[$0], kernel: kernels[$0], stride: strides[$0], pooling: pooling[$0])
    }
    network.order = try options.choice("order", default: standard.order)
    network.hidden = try options.integers("hidden", default: standard.hidden, in: 1...16_384)
    network.dropout = try options.number("dropout", default: standard.dropout, in: 0...0.95)
    network.firstFilters = try options.choice("filters", default: standard.firstFilters)
    network.rate = try options.number("sample-rate", default: standard.rate, in: 1_000...768_000)
    return network
  }
}
