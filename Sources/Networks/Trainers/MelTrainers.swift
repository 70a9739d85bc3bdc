import Corpus
import DataLoading
import Training

extension EmbeddedTrainers {
  /// Mode 3: ResNet-18 on mel-spectrograms.
  static var mel: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 1e-3
    standard.optimiser.weightDecay = 0.05
    return kind(
      "mel", "ResNet-18 on mel-spectrograms", epochs: 20, ResidualSettings(), standard)
  }

  /// Mode 3, compact.
  static var melSmall: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 3e-3
    standard.smoothing = 0.1
    standard.averaging = 0.99
    return kind(
      "mel-small", "a compact convolutional network on mel-spectrograms", epochs: 80,
      CompactSettings(), standard)
  }

  /// A trainer of a network on pictures.
  ///
  /// - Parameters:
  ///   - settings: what the network begins with.
  ///   - standard: what its training begins with.
  private static func kind<Settings: PictureNetworkSettings>(
    _ name: String, _ summary: String, epochs: Int, _ settings: Settings,
    _ standard: NetworkTrainer.Configuration
  ) -> TrainerKind {
    TrainerKind(
      name, views: ["mel"], input: .picture, takesTags: true, summary: summary,
      defaults: TrainingDefaults(
        epochs: epochs, batchSize: 32, normalisation: .first, augmentation: pictureAugmentation),
      options: Settings.table.list(settings) + TrainingOptions.list(standard)
    ) { setting throws(TrainingError) in
      let picture = try PictureShape(setting.sampleShape)
      let chosen = try Settings.table.settings(setting.options, from: settings)
      return try NetworkTrainer(
        try chosen.make(picture, labels: setting.labels.count, seed: setting.seed),
        setting, try TrainingOptions.configuration(setting, standard))
    }
  }

  /// Music has no beginning within a slice, so pictures are turned along time; bands are covered
  /// (Park and others, "SpecAugment", Interspeech 2019) and pictures mixed (Zhang and others,
  /// "mixup", ICLR 2018).
  private static var pictureAugmentation: Augmentation {
    var parts = Augmentation()
    parts.circularShift = Augmentation.CircularShift(share: 0.5)
    parts.mixup = Augmentation.Mixup(alpha: 0.2)
    parts.specAugment = Augmentation.SpecAugment(
      timeMasks: 1, timeWidth: 16, frequencyMasks: 2, frequencyWidth: 16, fill: .mean)
    return parts
  }
}
