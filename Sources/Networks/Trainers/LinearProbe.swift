import Corpus
import Training

extension EmbeddedTrainers {
  /// A linear classifier on vectors: what evaluations of encoders measure their embeddings with
  /// (Alain and Bengio, "Understanding intermediate layers using linear classifier probes", 2016).
  ///
  /// Multinomial logistic regression on inputs that are standardised over the training side; weight
  /// decay is its L2 penalty.
  static var linear: TrainerKind {
    var standard = NetworkTrainer.Configuration()
    standard.schedule.shape = .oneCycle
    standard.schedule.peak = 1e-2
    standard.optimiser.weightDecay = 0.1
    var network = FeatureNetwork()
    network.hidden = []
    network.dropout = 0
    network.inputDropout = 0
    network.transform = .none
    return TrainerKind(
      "linear", views: ["features", "features-30s"], input: .vector, takesTags: true,
      summary: "linear probe: logistic regression on features or embeddings",
      defaults: TrainingDefaults(epochs: 60, batchSize: 64, normalisation: .first),
      options: TrainingOptions.list(standard)
    ) { [network, standard] setting throws(TrainingError) in
      let made = try network.make(
        inputs: setting.sampleShape.reduce(1, *), labels: setting.labels.count,
        seed: setting.seed)
      return try NetworkTrainer(
        made.network, setting, try TrainingOptions.configuration(setting, standard))
    }
  }
}
