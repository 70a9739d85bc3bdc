import Corpus
import DataLoading
import Training

extension EmbeddedTrainers {
  private enum Colours: String, CaseIterable {
    case repeated
    case map
  }

  /// Mode 3: a residual network on mel-spectrograms.
  static var mel: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 1e-3
    standard.smoothing = 0.1
    let options =
      [
        TrainerOption(
          "colours", Colours.repeated.rawValue,
          "repeated: the picture in three channels; map: through a map of colours, over 2.5 deviations "
            + "to either side"),
        TrainerOption("blocks", "2,2,2,2", "basic blocks of each stage"),
        TrainerOption("width", "64", "channels of the first stage"),
      ] + TrainingOptions.list(standard)
    return TrainerKind(
      "mel", views: ["mel"], summary: "ResNet-18 on mel-spectrograms",
      defaults: TrainingDefaults(
        epochs: 20, batchSize: 32, normalisation: .overall, augmentation: maskedPictures),
      options: options
    ) { [standard] setting throws(TrainingError) in
      let (height, width) = try picture(setting)
      var network = ResidualNetwork()
      network.blocks = try setting.options.integers("blocks", default: network.blocks, in: 1...64)
      network.width = try setting.options.integer("width", default: network.width, in: 1...1_024)
      if try setting.options.choice("colours", default: Colours.repeated) == .map {
        network.colours = .mapped(-2.5...2.5)
      }
      return try NetworkTrainer(
        try network.make(
          height: height, width: width, labels: setting.labels.count, seed: setting.seed),
        setting, try TrainingOptions.configuration(setting, standard))
    }
  }

  /// Mode 3, small: fewer convolutions and parameters.
  static var melSmall: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 3e-3
    standard.smoothing = 0.1
    let network = CompactMelNetwork()
    let options =
      [
        TrainerOption(
          "dropout", "\(network.dropout)",
          "chance of a number before the last layer to be left out of a step")
      ] + TrainingOptions.list(standard)
    return TrainerKind(
      "mel-small", views: ["mel"],
      summary: "compact convolutional network on mel-spectrograms",
      defaults: TrainingDefaults(
        epochs: 30, batchSize: 32, normalisation: .overall, augmentation: maskedPictures),
      options: options
    ) { [standard] setting throws(TrainingError) in
      let (height, width) = try picture(setting)
      var network = CompactMelNetwork()
      network.dropout = try setting.options.number(
        "dropout", default: network.dropout, in: 0...0.95)
      return try NetworkTrainer(
        try network.make(
          height: height, width: width, labels: setting.labels.count, seed: setting.seed),
        setting, try TrainingOptions.configuration(setting, standard))
    }
  }

  /// Bands of time and frequency are covered, and the picture is turned along time.
  private static var maskedPictures: Augmentation? {
    var augmentation = Augmentation()
    augmentation.specAugment = Augmentation.SpecAugment(
      timeMasks: 1, timeWidth: 12, frequencyMasks: 1, frequencyWidth: 12)
    augmentation.circularShift = Augmentation.CircularShift(share: 0.5)
    return augmentation
  }

  private static func picture(
    _ setting: TrainerSetting
  ) throws(TrainingError) -> (height: Int, width: Int) {
    guard setting.sampleShape.count == 2 else {
      throw TrainingError(
        kind: .configuration, subject: "samples", detail: "their shape is \(setting.sampleShape)",
        hint: "train on pictures of bands and frames, such as the view mel")
    }
    return (setting.sampleShape[0], setting.sampleShape[1])
  }
}
