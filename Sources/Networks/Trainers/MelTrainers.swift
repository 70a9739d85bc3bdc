import Corpus
import DataLoading
import Training

extension EmbeddedTrainers {
  private enum Colours: String, CaseIterable {
    case repeated, map
  }

  /// Mode 3: ResNet-18 on mel-spectrograms.
  static var mel: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 1e-3
    standard.optimiser.weightDecay = 0.05
    let network = ResidualNetwork()
    let options =
      [
        TrainerOption("blocks", network.blocks, "basic blocks of each stage"),
        TrainerOption("width", "\(network.width)", "channels of the first stage"),
        TrainerOption("stem-kernel", "\(network.stemKernel)", "side of the first kernel"),
        TrainerOption(
          "colours", Colours.repeated.rawValue,
          "repeated: the picture three times; map: through a map of 256 colours"),
        TrainerOption("darkest", "-3", "of map: the level of the first colour, standardised"),
        TrainerOption("brightest", "3", "of map: the level of the last"),
        tileOption,
      ]
    return kind(
      "mel", "ResNet-18 on mel-spectrograms", epochs: 20, options, standard
    ) { setting, height, width throws(TrainingError) in
      let given = setting.options
      var network = ResidualNetwork()
      network.blocks = try given.integers("blocks", default: network.blocks, in: 1...64)
      network.width = try given.integer("width", default: network.width, in: 1...1_024)
      network.stemKernel = try given.integer(
        "stem-kernel", default: network.stemKernel, in: 1...15)
      network.tile = try tile(given)
      if try given.choice("colours", default: Colours.repeated) == .map {
        let low = try given.number("darkest", default: -3, in: -1e6...1e6)
        let high = try given.number("brightest", default: 3, in: -1e6...1e6)
        guard low < high else {
          throw TrainingError(
            kind: .configuration, subject: "brightest", detail: "\(high) is not above \(low)",
            hint: "give a level above 'darkest'")
        }
        network.colours = .mapped(Float(low)...Float(high))
      }
      return try network.make(
        height: height, width: width, labels: setting.labels.count, seed: setting.seed)
    }
  }

  /// Mode 3, compact.
  static var melSmall: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 3e-3
    standard.smoothing = 0.1
    standard.averaging = 0.99
    let network = CompactMelNetwork()
    let options =
      [
        TrainerOption("stem", "\(network.stem)", "channels of the first convolution"),
        TrainerOption("stem-kernel", "\(network.stemKernel)", "side of the first kernel"),
        TrainerOption("channels", network.channels, "channels of each 3 x 3 convolution"),
        TrainerOption(
          "pool-after", network.poolAfter,
          "after which of them, counted from 1, pooling halves the picture"),
        TrainerOption("dropout", "\(network.dropout)", "before the last layer"),
        tileOption,
      ]
    return kind(
      "mel-small", "a compact convolutional network on mel-spectrograms", epochs: 80, options,
      standard
    ) { setting, height, width throws(TrainingError) in
      let given = setting.options
      var network = CompactMelNetwork()
      network.stem = try given.integer("stem", default: network.stem, in: 1...1_024)
      network.stemKernel = try given.integer(
        "stem-kernel", default: network.stemKernel, in: 1...15)
      network.channels = try given.integers("channels", default: network.channels, in: 1...4_096)
      network.poolAfter = try given.integers("pool-after", default: network.poolAfter, in: 0...64)
      network.dropout = try given.number("dropout", default: network.dropout, in: 0...0.95)
      network.tile = try tile(given)
      return try network.make(
        height: height, width: width, labels: setting.labels.count, seed: setting.seed)
    }
  }

  /// A trainer of a network on pictures.
  ///
  /// - Parameters:
  ///   - options: the network's own.
  ///   - standard: what its training begins with.
  ///   - network: makes it for pictures of a height and a width.
  private static func kind(
    _ name: String, _ summary: String, epochs: Int, _ options: [TrainerOption],
    _ standard: NetworkTrainer.Configuration,
    network: @escaping @Sendable (TrainerSetting, Int, Int) throws(TrainingError) -> Network
  ) -> TrainerKind {
    TrainerKind(
      name, views: ["mel"], input: .picture, summary: summary,
      defaults: TrainingDefaults(
        epochs: epochs, batchSize: 32, normalisation: .first, augmentation: pictureAugmentation),
      options: options + TrainingOptions.list(standard)
    ) { setting throws(TrainingError) in
      let (height, width) = try pictureSides(setting)
      return try NetworkTrainer(
        try network(setting, height, width), setting,
        try TrainingOptions.configuration(setting, standard))
    }
  }

  /// Music has no beginning within a slice, so pictures are turned along time; bands are covered (Park and
  /// others, "SpecAugment", Interspeech 2019) and pictures mixed (Zhang and others, "mixup", ICLR 2018).
  private static var pictureAugmentation: Augmentation {
    var parts = Augmentation()
    parts.circularShift = Augmentation.CircularShift(share: 0.5)
    parts.mixup = Augmentation.Mixup(alpha: 0.2)
    parts.specAugment = Augmentation.SpecAugment(
      timeMasks: 1, timeWidth: 16, frequencyMasks: 2, frequencyWidth: 16, fill: .mean)
    return parts
  }

  private static var tileOption: TrainerOption {
    TrainerOption(
      "winograd-tile", "2",
      "tile of 3 x 3 convolutions: 2 is as exact as a plain sum, 4 a quarter faster and less exact; 0 for the faster"
    )
  }

  private static func tile(_ options: TrainerOptions) throws(TrainingError) -> Int? {
    let tile = try options.integer("winograd-tile", default: 2, in: 0...4)
    guard [0, 2, 4].contains(tile) else {
      throw TrainingError(
        kind: .configuration, subject: "winograd-tile", detail: "\(tile) is no tile",
        hint: "give 0, 2 or 4")
    }
    return tile == 0 ? nil : tile
  }

  private static func pictureSides(
    _ setting: TrainerSetting
  ) throws(TrainingError) -> (height: Int, width: Int) {
    guard setting.sampleShape.count == 2, setting.sampleShape.allSatisfy({ $0 > 0 }) else {
      throw TrainingError(
        kind: .configuration, subject: "mel",
        detail: "samples of shape \(setting.sampleShape) are no pictures",
        hint: "train it on the view 'mel'")
    }
    return (setting.sampleShape[0], setting.sampleShape[1])
  }
}
