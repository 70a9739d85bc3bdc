import CKernels
import Safetensors
import Training

/// What is left of a channel's positions: their mean, or their mean and their maximum.
///
/// Equals `x.mean((2, 3))`, and `torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)` but for equal
/// maxima, the first of which has all the gradient here.
final class GlobalPool2D: Layer {
  private let input: BlockedShape
  private let withMaximum: Bool
  private var result: FloatStorage?
  private var filled: FloatStorage?
  private var inputGradient: FloatStorage?
  private var indices: [Int32] = []

  init(input: BlockedShape, withMaximum: Bool) {
    self.input = input
    self.withMaximum = withMaximum
  }

  var outputShape: [Int] { [input.channels * (withMaximum ? 2 : 1)] }
  private var width: Int { input.blocks * BlockedShape.lanes }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * outputCount)
    try filled.reserve(2 * rows * width)
    if indices.count < rows * width { indices = [Int32](repeating: 0, count: rows * width) }
    if training { try inputGradient.reserve(rows * input.count) }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let result = result.start
    let filled = filled.start
    let shape = self.input
    let channels = shape.channels
    for row in 0..<rows {
      let (mean, maximum) = (filled, filled + width)
      lathe_blocked_mean(input + row * shape.count, shape.blocks, shape.positions, mean)
      let target = result + row * outputCount
      target.update(from: mean, count: channels)
      guard withMaximum else { continue }
      indices.withUnsafeMutableBufferPointer { indices in
        guard let indices = indices.baseAddress else { return }
        lathe_blocked_maximum(
          input + row * shape.count, shape.blocks, shape.positions, maximum, indices + row * width)
      }
      (target + channels).update(from: maximum, count: channels)
    }
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard needsInput else { return nil }
    let target = inputGradient.start
    let (mean, maximum) = (filled.start, filled.start + width)
    let channels = input.channels
    mean.update(repeating: 0, count: 2 * width)
    for row in 0..<rows {
      mean.update(from: gradient + row * outputCount, count: channels)
      if withMaximum {
        maximum.update(from: gradient + row * outputCount + channels, count: channels)
      }
      indices.withUnsafeBufferPointer { indices in
        guard let indices = indices.baseAddress else { return }
        lathe_blocked_pool_gradient(
          mean, withMaximum ? maximum : nil, indices + row * width, input.blocks, input.positions,
          target + row * input.count)
      }
    }
    return target
  }

  func choices(rows: Int) -> [Tensor] {
    guard withMaximum else { return [] }
    let taps = (0..<rows).flatMap { indices[$0 * width..<$0 * width + input.channels] }
    return [Choice.taps([rows, input.channels], taps)]
  }
}
