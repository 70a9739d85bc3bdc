import CKernels
import Safetensors
import Training

@testable import Networks

/// max(0, x), as `torch.nn.ReLU`; its derivative at 0 is 0.
final class RectifiedLinear: Layer {
  let outputShape: [Int]
  private var output: FloatStorage?

  /// For samples of a shape.
  init(shape: [Int]) { outputShape = shape }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try output.reserve(rows * outputCount)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let output = output.start
    pass.team.divide(rows * outputCount, atLeast: 1 << 15) {
      lathe_rectify(input + $0.lowerBound, output + $0.lowerBound, $0.count)
    }
    return output
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard needsInput else { return nil }
    let output = output.start
    pass.team.divide(rows * outputCount, atLeast: 1 << 15) {
      lathe_rectify_backward(output + $0.lowerBound, 1, gradient + $0.lowerBound, $0.count)
    }
    return gradient
  }

  func choices(rows: Int) -> [Tensor] {
    [Choice.passed([rows] + outputShape, above: output.start)]
  }
}
