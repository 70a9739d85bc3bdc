import Training

/// The options that all embedded trainers know, and what they come to.
enum TrainingOptions {
  enum ClassWeights: String, CaseIterable {
    case none, balanced
  }

  private static var table: OptionTable<NetworkTrainer.Configuration> {
    OptionTable([
      .choice("optimiser", \.optimiser.rule, "adamw or sgd"),
      .number("learning-rate", \.schedule.peak, in: 0...1_000, "the highest of the schedule"),
      .choice(
        "schedule", \.schedule.shape,
        "constant, cosine, one-cycle or plateau (lower when the loss has not fallen)"),
      .number(
        "warm-up", \.warmUp, in: 0...1,
        "of all but one-cycle: share of the steps in which the rate rises from 0"),
      .whole(
        "patience", \.schedule.patience, in: 0...1_000_000,
        "of plateau: epochs without a lower loss that are borne"),
      .number(
        "weight-decay", \.optimiser.weightDecay, in: 0...1, "of weights, not of biases"),
      .number("momentum", \.optimiser.momentum, in: 0...0.9999, "of sgd"),
      .flag("nesterov", \.optimiser.isNesterov, "of sgd: 1 for Nesterov's"),
      .number("beta1", \.optimiser.beta1, in: 0...0.9999, "of adamw"),
      .number("beta2", \.optimiser.beta2, in: 0...0.999999, "of adamw"),
      .number(
        "clip-norm", \.clipNorm, in: 0...1e9,
        "the largest norm of all gradients together; 0 for any"),
      .number(
        "label-smoothing", \.smoothing, in: 0...0.99, "share of a target spread over all labels"),
      .choice(
        "class-weights", \.classWeights, "none, or balanced: rare labels count more"),
      .number(
        "averaging", \.averaging, in: 0...0.99999,
        "what a running average of the weights keeps in a step, such as 0.99; 0 for no average"),
    ])
  }

  /// The options, with the values that a trainer begins with.
  static func list(_ standard: NetworkTrainer.Configuration) -> [TrainerOption] {
    table.list(standard)
  }

  /// A configuration as the options of a setting say.
  /// - Throws: ``TrainingError/Kind/configuration`` that names the option out of range.
  static func configuration(
    _ setting: TrainerSetting, _ standard: NetworkTrainer.Configuration
  ) throws(TrainingError) -> NetworkTrainer.Configuration {
    var standard = standard
    standard.seed = setting.seed
    return try table.settings(setting.options, from: standard)
  }
}

extension NetworkTrainer.Configuration {
  /// The largest norm as the option says it: 0 for none.
  fileprivate var clipNorm: Double {
    get { optimiser.largestNorm ?? 0 }
    set { optimiser.largestNorm = newValue > 0 ? newValue : nil }
  }

  fileprivate var classWeights: TrainingOptions.ClassWeights {
    get { balancesLabels ? .balanced : .none }
    set { balancesLabels = newValue == .balanced }
  }
}
