import Training

/// What batch normalisation learns and keeps of each channel, under the names that PyTorch gives
/// it.
///
/// As `torch.nn.BatchNorm1d` and `BatchNorm2d`: y = (x − mean) / √(variance + 10⁻⁵) ·
/// weight + bias, by the batch's mean and biased variance while training, by their running averages
/// otherwise; these move by a tenth of the way to the batch's mean and unbiased variance each time.
struct NormalisedChannels {
  /// γ and β.
  let weight, bias: Parameter
  private let runningMean, runningVariance, batches: RunningStatistic

  private static let epsilon = 1e-5
  private static let momentum = 0.1

  /// Weights of 1, biases of 0, a running mean of 0 and variance of 1.
  /// - Throws: ``TrainingError/Kind/system`` where there is not the memory.
  init(_ name: String, channels: Int) throws(TrainingError) {
    weight = try Parameter("\(name).weight", shape: [channels], decays: false)
    bias = try Parameter("\(name).bias", shape: [channels], decays: false)
    weight.value.span.update(repeating: 1)
    runningMean = try RunningStatistic("\(name).running_mean", shape: [channels])
    runningVariance = try RunningStatistic("\(name).running_var", shape: [channels], initial: 1)
    batches = try RunningStatistic("\(name).num_batches_tracked", shape: [], isCount: true)
  }

  var parameters: [Parameter] { [weight, bias] }
  var statistics: [RunningStatistic] { [runningMean, runningVariance, batches] }

  /// 1 / √(variance + 10⁻⁵).
  static func inverseDeviation(_ variance: Double) -> Double {
    1 / (variance + epsilon).squareRoot()
  }

  /// The running averages of a channel.
  func averages(_ channel: Int) -> (mean: Double, variance: Double) {
    (
      Double(runningMean.value.base[channel]), Double(runningVariance.value.base[channel])
    )
  }

  /// Moves a channel's running averages towards a batch's.
  func follow(_ channel: Int, mean: Double, unbiasedVariance: Double) {
    move(runningMean, channel, to: mean)
    move(runningVariance, channel, to: unbiasedVariance)
  }

  /// Counts a batch.
  func countBatch() { batches.value.base[0] += 1 }

  private func move(_ statistic: RunningStatistic, _ channel: Int, to value: Double) {
    let old = Double(statistic.value.base[channel])
    statistic.value.base[channel] = Float(old + Self.momentum * (value - old))
  }
}
