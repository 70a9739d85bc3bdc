import CKernels
import Training

/// Batch normalisation's numbers for channels in blocks of sixteen: what is learnt, what is kept,
/// and what of both the kernels read.
///
/// What it computes is ``NormalisedChannels``'s to say.
final class ChannelNormalisation {
  let channels: Int
  private let learnt: NormalisedChannels

  var parameters: [Parameter] { learnt.parameters }
  var statistics: [RunningStatistic] { learnt.statistics }

  /// The `LatheNormalisation` of each group of sixteen channels. All numbers of missing channels
  /// are 0, so that their y is 0 too.
  private let constants: FloatStorage
  private var inverses: [Double]

  private var weight: Parameter { learnt.weight }
  private var bias: Parameter { learnt.bias }

  /// Weights of 1, biases of 0, a running mean of 0 and variance of 1.
  init(_ name: String, channels: Int) throws(TrainingError) {
    self.channels = channels
    learnt = try NormalisedChannels(name, channels: channels)
    constants = try FloatStorage(count: (channels + 15) / 16 * 80)
    inverses = Array(repeating: 0, count: channels)
  }

  /// How many blocks the channels fill.
  var blocks: Int { (channels + 15) / 16 }

  /// The constants of a group of sixteen channels.
  func block(_ index: Int) -> UnsafePointer<LatheNormalisation> {
    UnsafeRawPointer(constants.base + 80 * index).assumingMemoryBound(to: LatheNormalisation.self)
  }

  /// The scale of each channel of a group, which has the sign of its weight. Until mean and
  /// variance are known it is the weight itself.
  func sign(_ block: Int) -> UnsafePointer<Float> {
    UnsafePointer(constants.base + 80 * block + 16)
  }

  /// Puts the weights where ``sign(_:)`` finds them.
  func announceSigns() {
    for channel in 0..<channels { self[.scale, channel] = weight.value.base[channel] }
  }

  /// Normalises by a batch and moves the running averages.
  /// - Parameters:
  ///   - sums: of each group, sixteen sums of x, then of x².
  ///   - count: how many values of a channel they are over.
  func setByBatch(sums: [Double], count: Int) {
    let total = Double(count)
    for channel in 0..<channels {
      let index = channel / 16 * 32 + channel % 16
      let mean = sums[index] / total
      let difference = sums[index + 16] / total - mean * mean
      // A NaN stays one.
      let variance = difference < 0 ? 0 : difference
      set(channel, mean: mean, variance: variance)
      let unbiased = count > 1 ? variance * total / (total - 1) : variance
      learnt.follow(channel, mean: mean, unbiasedVariance: unbiased)
    }
    learnt.countBatch()
  }

  /// Normalises by the running averages.
  func setByAverages() {
    for channel in 0..<channels {
      let averages = learnt.averages(channel)
      set(channel, mean: averages.mean, variance: averages.variance)
    }
  }

  /// Sets the gradients, and what the gradient by x is made of.
  /// - Parameters:
  ///   - sums: of each group, sixteen sums of the gradient g by y, then of g (x − mean).
  ///   - count: how many values of a channel the batch had.
  func setGradients(sums: [Double], count: Int) {
    let total = Double(count)
    for channel in 0..<channels {
      let index = channel / 16 * 32 + channel % 16
      let inverse = inverses[channel]
      let scale = Double(weight.value.base[channel]) * inverse
      bias.gradient.base[channel] = Float(sums[index])
      weight.gradient.base[channel] = Float(sums[index + 16] * inverse)
      self[.shift, channel] = Float(-scale * sums[index] / total)
      self[.factor, channel] = Float(-scale * inverse * inverse * sums[index + 16] / total)
    }
  }

  private func set(_ channel: Int, mean: Double, variance: Double) {
    let inverse = NormalisedChannels.inverseDeviation(variance)
    inverses[channel] = inverse
    self[.mean, channel] = Float(mean)
    self[.scale, channel] = Float(Double(weight.value.base[channel]) * inverse)
    self[.offset, channel] = bias.value.base[channel]
  }

  /// The order in `LatheNormalisation`.
  private enum Constant: Int { case mean, scale, offset, shift, factor }

  private subscript(constant: Constant, channel: Int) -> Float {
    get { constants.base[channel / 16 * 80 + constant.rawValue * 16 + channel % 16] }
    set { constants.base[channel / 16 * 80 + constant.rawValue * 16 + channel % 16] = newValue }
  }
}
