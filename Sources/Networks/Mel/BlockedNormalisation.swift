import CKernels
import Training

/// The numbers of a batch normalisation over blocked activations: what is learnt, what is kept,
/// what a batch has.
///
/// What it computes over samples and positions is ``NormalisedChannels``'s to say. Moments are
/// taken of each sample and put together in double (Chan, Golub, LeVeque 1979), in the order of the
/// samples, whatever the threads.
final class BlockedNormalisation {
  private let learnt: NormalisedChannels

  var parameters: [Parameter] { learnt.parameters }
  var statistics: [RunningStatistic] { learnt.statistics }
  /// Of the last pass, a channel each: output = input × scale + shift.
  let scale, shift: FloatStorage
  /// Of the last batch.
  let mean: FloatStorage
  private let inverse: FloatStorage
  /// Of the gradient: gradient × scale − offset − slope × (input − mean).
  let offset, slope: FloatStorage

  private let channels: Int
  private let blocks: Int
  private var table: FloatStorage?

  private static let lanes = BlockedShape.lanes

  init(_ name: String, channels: Int) throws(TrainingError) {
    self.channels = channels
    blocks = (channels + Self.lanes - 1) / Self.lanes
    learnt = try NormalisedChannels(name, channels: channels)
    let count = blocks * Self.lanes
    scale = try FloatStorage(count: count)
    shift = try FloatStorage(count: count)
    mean = try FloatStorage(count: count)
    inverse = try FloatStorage(count: count)
    offset = try FloatStorage(count: count)
    slope = try FloatStorage(count: count)
  }

  func reserve(rows: Int) throws(TrainingError) {
    try table.reserve(2 * rows * blocks * Self.lanes)
  }

  private var width: Int { blocks * Self.lanes }

  /// Sets scale and shift: by the batch's moments while training, which the running ones follow,
  /// else by the running ones.
  func prepare(
    _ input: UnsafePointer<Float>, planeCount: Int, rows: Int, _ pass: Pass
  ) {
    guard pass.isTraining else { return prepareForPrediction() }
    let table = table.start
    let positions = planeCount / Self.lanes
    let sampleCount = blocks * planeCount
    pass.team.share(rows) { _, row in
      for block in 0..<blocks {
        let entry = table + 2 * row * width + block * Self.lanes
        lathe_blocked_moments(
          input + row * sampleCount + block * planeCount, positions, entry, entry + width)
      }
    }
    let total = Double(rows * positions)
    for channel in 0..<channels {
      var sum = 0.0
      for row in 0..<rows { sum += Double(table[2 * row * width + channel]) }
      let mean = sum / Double(rows)
      var squares = 0.0
      for row in 0..<rows {
        let distance = Double(table[2 * row * width + channel]) - mean
        squares +=
          Double(table[(2 * row + 1) * width + channel]) + Double(positions) * distance * distance
      }
      let variance = squares / total
      set(channel, mean: mean, variance: variance)
      learnt.follow(channel, mean: mean, unbiasedVariance: squares / max(1, total - 1))
    }
    learnt.countBatch()
  }

  private func prepareForPrediction() {
    for channel in 0..<channels {
      let averages = learnt.averages(channel)
      set(channel, mean: averages.mean, variance: averages.variance)
    }
  }

  private func set(_ channel: Int, mean: Double, variance: Double) {
    let inverse = NormalisedChannels.inverseDeviation(variance)
    let weight = Double(learnt.weight.value.base[channel])
    self.mean.base[channel] = Float(mean)
    self.inverse.base[channel] = Float(inverse)
    scale.base[channel] = Float(weight * inverse)
    shift.base[channel] = Float(Double(learnt.bias.value.base[channel]) - mean * weight * inverse)
  }

  /// Sets the parameters' gradients, and offset and slope, from the gradient by the output, which
  /// is set to zero where `output`, if it is given, was rectified.
  ///
  /// - Parameters:
  ///   - positions: how many of `gradient` there are; numbers left out of it are zero.
  ///   - total: positions that the moments were taken over.
  func prepareGradient(
    _ gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>?,
    input: UnsafePointer<Float>, positions: Int, total: Int, rows: Int, _ pass: Pass
  ) {
    let table = table.start
    let planeCount = positions * Self.lanes
    pass.team.share(rows) { _, row in
      for block in 0..<blocks {
        let start = row * blocks * planeCount + block * planeCount
        let entry = table + 2 * row * width + block * Self.lanes
        lathe_blocked_normalise_sums(
          gradient + start, output.map { $0 + start }, input + start, positions,
          mean.base + block * Self.lanes, entry, entry + width)
      }
    }
    let count = Double(rows * total)
    for channel in 0..<channels {
      var sum = 0.0
      var product = 0.0
      for row in 0..<rows {
        sum += Double(table[2 * row * width + channel])
        product += Double(table[(2 * row + 1) * width + channel])
      }
      let inverse = Double(inverse.base[channel])
      let scale = Double(scale.base[channel])
      learnt.weight.gradient.base[channel] = Float(product * inverse)
      learnt.bias.gradient.base[channel] = Float(sum)
      offset.base[channel] = Float(scale * sum / count)
      slope.base[channel] = Float(scale * inverse * inverse * product / count)
    }
  }

  /// The gradient by the input of one sample, which may be written over `gradient`.
  func giveBack(
    _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, planeCount: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let start = block * planeCount
      let channel = block * Self.lanes
      lathe_blocked_normalise_gradient(
        gradient + start, input + start, planeCount / Self.lanes, mean.base + channel,
        scale.base + channel, offset.base + channel, slope.base + channel, target + start)
    }
  }
}
