import Corpus
import Training

extension EmbeddedTrainers {
  /// Mode 1: a multi-layer perceptron on features.
  ///
  /// Its defaults were chosen on twenty random splits of the public table of 1,000 tracks, and
  /// kept.
  static var features: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.optimiser.rule = .sgd
    standard.optimiser.isNesterov = true
    standard.optimiser.weightDecay = 5e-4
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 0.1
    standard.smoothing = 0.1
    return TrainerKind(
      "features", views: ["features", "features-30s"], input: .vector, takesTags: true,
      summary: "multi-layer perceptron: features or embeddings, hidden layers of 256, 128 and 64",
      defaults: TrainingDefaults(epochs: 60, batchSize: 64, normalisation: .first),
      options: FeatureSettings.table.list(FeatureSettings()) + TrainingOptions.list(standard)
    ) { [standard] setting throws(TrainingError) in
      let chosen = try FeatureSettings.table.settings(setting.options, from: FeatureSettings())
      let configuration = try TrainingOptions.configuration(setting, standard)
      func member(_ seed: UInt64) throws(TrainingError) -> NetworkTrainer {
        let made = try chosen.network.make(
          inputs: setting.sampleShape.reduce(1, *), labels: setting.labels.count, seed: seed)
        if let samples = setting.training {
          try made.preparation.fit(samples, setting.normalisation)
        }
        var configuration = configuration
        configuration.seed = seed
        return try NetworkTrainer(made.network, setting, configuration)
      }
      if chosen.members == 1 { return try member(setting.seed) }
      var members: [NetworkTrainer] = []
      for index in 0..<chosen.members {
        // Seeds that no neighbouring run has.
        members.append(try member(setting.seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15))
      }
      return EnsembleTrainer(members)
    }
  }
}

/// What is chosen about the network on features.
private struct FeatureSettings {
  var network = FeatureNetwork()
  var members = 1

  static var table: OptionTable<FeatureSettings> {
    OptionTable([
      .list("hidden", \.network.hidden, in: 1...16_384, "sizes of the hidden layers"),
      .number(
        "dropout", \.network.dropout, in: 0...0.95,
        "chance of a hidden number to be left out of a step"),
      .number("input-dropout", \.network.inputDropout, in: 0...0.95, "the same of an input"),
      .number(
        "noise", \.network.noise, in: 0...100,
        "deviation of the normal noise that is added to each input of a step, transformed and whitened"
      ),
      .choice(
        "transform", \.network.transform,
        "normal: each column's ranks in the training side, as normal deviates; none"),
      .choice(
        "whitening", \.network.whitening,
        "labels: the covariance of the columns within a label becomes that of independent ones, as in linear "
          + "discriminant analysis; none"),
      .number(
        "shrinkage", \.network.shrinkage, in: 0...1,
        "of whitening: how far the covariance is drawn to independent columns beforehand"),
      .whole(
        "members", \.members, in: 1...1_000,
        "networks that are trained side by side and give their mean probability"),
    ])
  }
}
