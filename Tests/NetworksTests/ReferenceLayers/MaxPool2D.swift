import CKernels
import Safetensors
import Training

@testable import Networks

/// Max pooling of blocked activations, as `torch.nn.MaxPool2d`: the gradient goes to the first of
/// equal maxima. A window has at most 15 × 15 taps.
final class MaxPool2D: Layer {
  let input: BlockedShape
  let output: BlockedShape
  private let plane: LathePlane
  private var result: FloatStorage?
  private var inputGradient: FloatStorage?
  private var indices: [UInt8] = []

  init(input: BlockedShape, window: Window) {
    self.input = input
    output = window.output(of: input, channels: input.channels)
    plane = LathePlane(window, over: input, output: output)
  }

  var outputShape: [Int] { output.axes }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * output.count)
    if indices.count < rows * output.count {
      indices = [UInt8](repeating: 0, count: rows * output.count)
    }
    if training { try inputGradient.reserve(rows * input.count) }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let result = result.start
    let count = self.input.count
    indices.withUnsafeMutableBufferPointer { indices in
      guard let indices = indices.baseAddress else { return }
      // Rows write apart from each other.
      nonisolated(unsafe) let taps = indices
      pass.team.share(rows) { _, row in
        withUnsafePointer(to: plane) { plane in
          lathe_blocked_max_pool(
            input + row * count, plane, result + row * output.count, taps + row * output.count)
        }
      }
    }
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard needsInput else { return nil }
    let target = inputGradient.start
    indices.withUnsafeBufferPointer { indices in
      guard let indices = indices.baseAddress else { return }
      nonisolated(unsafe) let taps = indices
      pass.team.share(rows) { _, row in
        withUnsafePointer(to: plane) { plane in
          lathe_blocked_max_pool_gradient(
            gradient + row * output.count, taps + row * output.count, plane,
            target + row * input.count)
        }
      }
    }
    return target
  }

  func choices(rows: Int) -> [Tensor] {
    [
      Choice.taps(
        [rows, output.channels, output.height, output.width],
        output.unblocked(rows: rows) { Int32(indices[$0]) })
    ]
  }
}
