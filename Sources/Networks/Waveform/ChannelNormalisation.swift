import CKernels
import Training

/// Batch normalisation's numbers for channels in panels of sixteen: what is learnt, what is kept, and what
/// of both the kernels read.
///
/// As `torch.nn.BatchNorm1d`: y = (x − mean) / √(variance + 10⁻⁵) · weight + bias, by the batch's mean and
/// biased variance while training, by their running averages otherwise; these move by a tenth of the
/// batch's mean and unbiased variance each time.
final class ChannelNormalisation {
  let parameters: [Parameter]
  let statistics: [RunningStatistic]
  let channels: Int

  private static let epsilon = 1e-5
  private static let momentum = 0.1

  /// `LatheNormalisation` of each panel; of channels that are missing all is 0, and so is their y.
  private let constants: FloatStorage
  private var inverses: [Double]

  private var weight: Parameter { parameters[0] }
  private var bias: Parameter { parameters[1] }

  /// Weights of 1, biases of 0, a running mean of 0 and variance of 1.
  init(_ name: String, channels: Int) throws(TrainingError) {
    self.channels = channels
    parameters = [
      try Parameter("\(name).weight", shape: [channels], decays: false),
      try Parameter("\(name).bias", shape: [channels], decays: false),
    ]
    parameters[0].value.span.update(repeating: 1)
    statistics = [
      try RunningStatistic("\(name).running_mean", shape: [channels]),
      try RunningStatistic("\(name).running_var", shape: [channels], initial: 1),
      try RunningStatistic("\(name).num_batches_tracked", shape: [], isCount: true),
    ]
    constants = try FloatStorage(count: (channels + 15) / 16 * 80)
    inverses = Array(repeating: 0, count: channels)
  }

  /// How many panels the channels fill.
  var panels: Int { (channels + 15) / 16 }

  /// A panel's constants.
  func panel(_ index: Int) -> UnsafePointer<LatheNormalisation> {
    UnsafeRawPointer(constants.base + 80 * index).assumingMemoryBound(to: LatheNormalisation.self)
  }

  /// The scale of each channel of a panel, which has the sign of its weight. Until mean and variance are
  /// known it is the weight itself.
  func sign(_ panel: Int) -> UnsafePointer<Float> {
    UnsafePointer(constants.base + 80 * panel + 16)
  }

  /// Puts the weights where ``sign(_:)`` finds them.
  func announceSigns() {
    for channel in 0..<channels { self[.scale, channel] = weight.value.base[channel] }
  }

  /// Normalises by a batch and moves the running averages.
  /// - Parameters:
  ///   - sums: of each panel, sixteen sums of x, then of x².
  ///   - count: how many values of a channel they are over.
  func setByBatch(sums: [Double], count: Int) {
    let total = Double(count)
    for channel in 0..<channels {
      let place = channel / 16 * 32 + channel % 16
      let mean = sums[place] / total
      let difference = sums[place + 16] / total - mean * mean
      // A NaN stays one.
      let variance = difference < 0 ? 0 : difference
      set(channel, mean: mean, variance: variance)
      let unbiased = count > 1 ? variance * total / (total - 1) : variance
      move(statistics[0], channel, to: mean)
      move(statistics[1], channel, to: unbiased)
    }
    statistics[2].value.base[0] += 1
  }

  /// Normalises by the running averages.
  func setByAverages() {
    for channel in 0..<channels {
      set(
        channel, mean: Double(statistics[0].value.base[channel]),
        variance: Double(statistics[1].value.base[channel]))
    }
  }

  /// Sets the gradients, and what the gradient by x is made of.
  /// - Parameters:
  ///   - sums: of each panel, sixteen sums of the gradient g by y, then of g (x − mean).
  ///   - count: how many values of a channel the batch had.
  func setGradients(sums: [Double], count: Int) {
    let total = Double(count)
    for channel in 0..<channels {
      let place = channel / 16 * 32 + channel % 16
      let inverse = inverses[channel]
      let scale = Double(weight.value.base[channel]) * inverse
      bias.gradient.base[channel] = Float(sums[place])
      weight.gradient.base[channel] = Float(sums[place + 16] * inverse)
      self[.shift, channel] = Float(-scale * sums[place] / total)
      self[.factor, channel] = Float(-scale * inverse * inverse * sums[place + 16] / total)
    }
  }

  private func set(_ channel: Int, mean: Double, variance: Double) {
    let inverse = 1 / (variance + Self.epsilon).squareRoot()
    inverses[channel] = inverse
    self[.mean, channel] = Float(mean)
    self[.scale, channel] = Float(Double(weight.value.base[channel]) * inverse)
    self[.offset, channel] = bias.value.base[channel]
  }

  private func move(_ statistic: RunningStatistic, _ channel: Int, to value: Double) {
    let old = Double(statistic.value.base[channel])
    statistic.value.base[channel] = Float(old + Self.momentum * (value - old))
  }

  /// The order in `LatheNormalisation`.
  private enum Constant: Int { case mean, scale, offset, shift, factor }

  private subscript(constant: Constant, channel: Int) -> Float {
    get { constants.base[channel / 16 * 80 + constant.rawValue * 16 + channel % 16] }
    set { constants.base[channel / 16 * 80 + constant.rawValue * 16 + channel % 16] = newValue }
  }
}
