import Corpus
import Training

extension EmbeddedTrainers {
  /// Mode 1: a multi-layer perceptron on features.
  static var features: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 3e-3
    standard.smoothing = 0.1
    let network = FeatureNetwork()
    let options =
      [
        TrainerOption(
          "hidden", network.hidden.map(String.init).joined(separator: ","),
          "sizes of the hidden layers"),
        TrainerOption(
          "dropout", "\(network.dropout)", "chance of a hidden number to be left out of a step"),
        TrainerOption("input-dropout", "\(network.inputDropout)", "the same of an input"),
      ] + TrainingOptions.list(standard)
    return TrainerKind(
      "features", views: ["features", "features-30s"],
      summary: "multi-layer perceptron: 57 features, hidden layers of 256, 128 and 64",
      defaults: TrainingDefaults(epochs: 60, batchSize: 32, normalisation: .first),
      options: options
    ) { [standard] setting throws(TrainingError) in
      var network = FeatureNetwork()
      network.hidden = try setting.options.integers(
        "hidden", default: network.hidden, in: 1...16_384)
      network.dropout = try setting.options.number(
        "dropout", default: network.dropout, in: 0...0.95)
      network.inputDropout = try setting.options.number(
        "input-dropout", default: network.inputDropout, in: 0...0.95)
      let inputs = setting.sampleShape.reduce(1, *)
      return try NetworkTrainer(
        try network.make(inputs: inputs, labels: setting.labels.count, seed: setting.seed), setting,
        try TrainingOptions.configuration(setting, standard))
    }
  }
}
