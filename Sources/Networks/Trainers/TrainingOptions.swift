import Training

/// The options that all embedded trainers know, and what they come to.
enum TrainingOptions {
  private enum ClassWeights: String, CaseIterable {
    case none, balanced
  }

  /// The options, with the values that a trainer begins with.
  static func list(_ standard: NetworkTrainer.Configuration) -> [TrainerOption] {
    let optimiser = standard.optimiser
    func text(_ value: Double) -> String { "\(value)" }
    return [
      TrainerOption("optimiser", optimiser.rule.rawValue, "adamw or sgd"),
      TrainerOption("learning-rate", text(standard.schedule.peak), "the highest of the schedule"),
      TrainerOption(
        "schedule", standard.schedule.shape.rawValue,
        "constant, cosine, one-cycle or plateau (lower when the loss has not fallen)"),
      TrainerOption(
        "warm-up", text(standard.warmUp),
        "of all but one-cycle: share of the steps in which the rate rises from 0"),
      TrainerOption(
        "patience", "\(standard.schedule.patience)",
        "of plateau: epochs without a lower loss that are borne"),
      TrainerOption("weight-decay", text(optimiser.weightDecay), "of weights, not of biases"),
      TrainerOption("momentum", text(optimiser.momentum), "of sgd"),
      TrainerOption("nesterov", optimiser.isNesterov ? "1" : "0", "of sgd: 1 for Nesterov's"),
      TrainerOption("beta1", text(optimiser.beta1), "of adamw"),
      TrainerOption("beta2", text(optimiser.beta2), "of adamw"),
      TrainerOption(
        "clip-norm", text(optimiser.largestNorm ?? 0),
        "the largest norm of all gradients together; 0 for any"),
      TrainerOption(
        "label-smoothing", text(standard.smoothing), "share of a target spread over all labels"),
      TrainerOption("class-weights", "none", "none, or balanced: rare labels count more"),
      TrainerOption(
        "averaging", text(standard.averaging),
        "what a running average of the weights keeps in a step, such as 0.99; 0 for no average"),
    ]
  }

  /// A configuration as the options of a setting say.
  /// - Throws: ``TrainingError/Kind/configuration`` that names the option out of range.
  static func configuration(
    _ setting: TrainerSetting, _ standard: NetworkTrainer.Configuration
  ) throws(TrainingError) -> NetworkTrainer.Configuration {
    let options = setting.options
    var result = standard
    result.seed = setting.seed
    result.optimiser.rule = try options.choice("optimiser", default: standard.optimiser.rule)
    result.schedule.shape = try options.choice("schedule", default: standard.schedule.shape)
    func read(
      _ name: String, _ value: inout Double, _ range: ClosedRange<Double>
    ) throws(TrainingError) {
      value = try options.number(name, default: value, in: range)
    }
    try read("learning-rate", &result.schedule.peak, 0...1_000)
    try read("warm-up", &result.warmUp, 0...1)
    try read("weight-decay", &result.optimiser.weightDecay, 0...1)
    try read("momentum", &result.optimiser.momentum, 0...0.9999)
    try read("beta1", &result.optimiser.beta1, 0...0.9999)
    try read("beta2", &result.optimiser.beta2, 0...0.999999)
    try read("label-smoothing", &result.smoothing, 0...0.99)
    try read("averaging", &result.averaging, 0...0.99999)
    result.schedule.patience = try options.integer(
      "patience", default: result.schedule.patience, in: 0...1_000_000)
    result.optimiser.isNesterov =
      try options.integer("nesterov", default: result.optimiser.isNesterov ? 1 : 0, in: 0...1) == 1
    let norm = try options.number(
      "clip-norm", default: result.optimiser.largestNorm ?? 0, in: 0...1e9)
    result.optimiser.largestNorm = norm > 0 ? norm : nil
    let weights = try options.choice("class-weights", default: ClassWeights.none)
    result.balancesLabels = weights == .balanced
    return result
  }
}
