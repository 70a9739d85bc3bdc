import CKernels
import Training

@testable import Networks

/// A convolution along time without padding: `[inputs][length]` to
/// `[outputs][(length − kernel) / stride + 1]`.
///
/// Equals `torch.nn.Conv1d`: y[o, t] = bias[o] + Σ weight[o, i, k] x[i, stride · t + k].
final class Convolution1d: Layer {
  let shape: Convolution1dShape
  private let filters: Convolution1dFilters
  private var input: FloatStorage?
  private var output: FloatStorage?
  private var gradient: FloatStorage?
  private var inputGradient: FloatStorage?
  /// A sample for each part: its output, or the gradient by its input with one row more.
  private var scratch: FloatStorage?

  /// Weights as PyTorch draws them.
  /// - Parameter name: what `.weight` and `.bias` are added to.
  init(_ name: String, _ shape: Convolution1dShape, seed: UInt64) throws(TrainingError) {
    self.shape = shape
    filters = try Convolution1dFilters(name, shape, seed: seed)
  }

  var outputShape: [Int] { [shape.outputs, shape.positions] }
  var parameters: [Parameter] { filters.parameters }

  func trainingOperations(needsInput: Bool) -> Int { shape.operations * (needsInput ? 3 : 2) }

  /// Positions of the gradient's blocks, margins and all.
  private var room: Int { shape.margin + shape.rows }
  /// Positions of whole rows, which is what the product for the gradient by the input writes.
  private var paddedLength: Int { shape.rows * shape.stride }
  private var gradientCount: Int { shape.outputBlocks * room * 16 }
  private var scratchCount: Int {
    16
      * max(
        shape.outputBlocks * shape.positions, shape.inputBlocks * paddedLength)
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    let parts = BatchParts(rows: rows, team: team)
    if shape.inputs > 1 || training { try input.reserve(rows * shape.inputCount) }
    try output.reserve(rows * outputCount)
    try scratch.reserve(parts.count * scratchCount)
    guard training else { return }
    try gradient.reserve(parts.count * gradientCount)
    try inputGradient.reserve(rows * shape.inputs * shape.length)
    try filters.reserve(parts: parts.count, passesGradient: true)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let parts = BatchParts(rows: rows, team: pass.team)
    filters.pack(back: pass.isTraining, team: pass.team)
    let channels = shape.inputs * shape.length
    pass.team.run(parts.count) { part in
      let made = scratch.start + part * scratchCount
      var walk = shape.walk(samples: 1, positions: shape.positions, room: shape.positions)
      for sample in parts[part] {
        var source = input + sample * channels
        if shape.inputs > 1 {
          let blocks = self.input.start + sample * shape.inputCount
          lathe_channels_to_blocks(source, shape.inputs, shape.length, blocks)
          source = UnsafePointer(blocks)
        } else if pass.isTraining {
          (self.input.start + sample * channels).update(from: source, count: channels)
        }
        lathe_convolve(&walk, source, filters.packed.base, filters.packedBias.base, made)
        lathe_blocks_to_channels(
          made, shape.outputs, shape.positions, output.start + sample * outputCount)
      }
    }
    return output.start
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    let parts = BatchParts(rows: rows, team: pass.team)
    pass.team.run(parts.count) { part in
      filters.beginPart(part)
      for sample in parts[part] {
        differentiate(sample, gradient + sample * outputCount, part)
        if needsInput { passOn(sample, part) }
      }
    }
    filters.finishParts(parts.count, team: pass.team)
    return needsInput ? inputGradient.start : nil
  }

  private func differentiate(_ sample: Int, _ given: UnsafePointer<Float>, _ part: Int) {
    let start = gradient.start + part * gradientCount
    let sums = filters.biasSums(part)
    for channel in 0..<shape.outputs {
      var target = start + (channel / 16 * room + shape.margin) * 16 + channel % 16
      for position in 0..<shape.positions {
        let value = given[channel * shape.positions + position]
        target.pointee = value
        target += 16
        sums[channel] += Double(value)
      }
    }
    var walk = shape.walk(samples: 1, positions: shape.positions, room: room)
    lathe_convolution_add_gradient(
      &walk, input.start + sample * shape.inputCount, start + shape.margin * 16,
      filters.partial(part), nil, 0)
  }

  private func passOn(_ sample: Int, _ part: Int) {
    let made = scratch.start + part * scratchCount
    var walk = shape.walkBack(samples: 1, positions: shape.rows)
    walk.outputBlockStride = paddedLength * 16
    lathe_convolve(&walk, gradient.start + part * gradientCount, filters.back, nil, made)
    let result = inputGradient.start + sample * shape.inputs * shape.length
    for channel in 0..<shape.inputs {
      let from = made + channel / 16 * paddedLength * 16 + channel % 16
      for position in 0..<shape.length {
        result[channel * shape.length + position] = from[position * 16]
      }
    }
  }
}
