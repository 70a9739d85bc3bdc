import CKernels
import Training

@testable import Networks

/// Batch normalisation of the channels of `[channels][length]`, as `torch.nn.BatchNorm1d`.
///
/// For its formula see ``ChannelNormalisation``.
final class BatchNormalisation1d: Layer {
  let outputShape: [Int]
  private let normalisation: ChannelNormalisation
  private let length: Int
  private var values: FloatStorage?
  private var output: FloatStorage?
  private var inputGradient: FloatStorage?
  private var scratch: FloatStorage?
  private var sums: DoubleStorage?

  /// - Parameter name: what `.weight`, `.bias`, `.running_mean`, `.running_var` and
  ///   `.num_batches_tracked` are added to.
  init(_ name: String, channels: Int, length: Int) throws(TrainingError) {
    self.length = length
    outputShape = [channels, length]
    normalisation = try ChannelNormalisation(name, channels: channels)
  }

  var parameters: [Parameter] { normalisation.parameters }
  var statistics: [RunningStatistic] { normalisation.statistics }

  private var channels: Int { normalisation.channels }
  private var blocks: Int { normalisation.blocks }
  /// Floats of a sample in blocks.
  private var count: Int { blocks * length * 16 }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    let parts = BatchParts(rows: rows, team: team)
    try values.reserve(rows * count)
    try output.reserve(rows * outputCount)
    if training { try inputGradient.reserve(rows * outputCount) }
    try scratch.reserve(parts.count * 2 * count)
    try sums.reserve(parts.count * blocks * 48)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let parts = BatchParts(rows: rows, team: pass.team)
    normalisation.announceSigns()
    each(parts, pass.team) { sample, part in
      let target = values.start + sample * count
      lathe_channels_to_blocks(input + sample * outputCount, channels, length, target)
      forEachBlock { block, offset in
        lathe_convolution_finish(
          target + offset, length, 0, 1, normalisation.sign(block), target + offset, nil,
          partSums(part) + block * 32)
      }
    }
    if pass.isTraining {
      normalisation.setByBatch(sums: total(parts), count: rows * length)
    } else {
      normalisation.setByAverages()
    }
    each(parts, pass.team) { sample, part in
      let made = scratch.start + part * 2 * count
      forEachBlock { block, offset in
        lathe_normalise_block(
          normalisation.block(block), values.start + sample * count + offset, 0, length,
          made + offset)
      }
      lathe_blocks_to_channels(made, channels, length, output.start + sample * outputCount)
    }
    return output.start
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    let parts = BatchParts(rows: rows, team: pass.team)
    each(parts, pass.team) { sample, part in
      let given = scratch.start + part * 2 * count
      lathe_channels_to_blocks(gradient + sample * outputCount, channels, length, given)
      forEachBlock { block, offset in
        lathe_normalisation_sums(
          normalisation.block(block), values.start + sample * count + offset, given + offset, 0,
          length, partSums(part) + block * 32)
      }
    }
    normalisation.setGradients(sums: total(parts), count: rows * length)
    guard needsInput else { return nil }
    each(parts, pass.team) { sample, part in
      let given = scratch.start + part * 2 * count
      let made = given + count
      lathe_channels_to_blocks(gradient + sample * outputCount, channels, length, given)
      forEachBlock { block, offset in
        let target = values.start + sample * count + offset
        // What is wanted is the gradient by x alone, not the sum that a bias before it would need.
        lathe_convolution_unfinish(
          normalisation.block(block), target, length, LATHE_NOT_RECTIFIED, 1, target,
          given + offset,
          made + offset, partSums(part))
      }
      lathe_blocks_to_channels(made, channels, length, inputGradient.start + sample * outputCount)
    }
    return inputGradient.start
  }

  /// Calls `body` with every sample and its part, whose sums begin at 0.
  private func each(_ parts: BatchParts, _ team: ThreadTeam, _ body: (Int, Int) -> Void) {
    team.run(parts.count) { part in
      partSums(part).update(repeating: 0, count: blocks * 32)
      for sample in parts[part] { body(sample, part) }
    }
  }

  private func forEachBlock(_ body: (_ block: Int, _ offset: Int) -> Void) {
    for block in 0..<blocks { body(block, block * length * 16) }
  }

  private func partSums(_ part: Int) -> UnsafeMutablePointer<Double> {
    sums.start + part * blocks * 32
  }

  /// The sums of all parts, in their order.
  private func total(_ parts: BatchParts) -> [Double] {
    (0..<blocks * 32).map { index in
      (0..<parts.count).reduce(0) { $0 + partSums($1)[index] }
    }
  }
}
