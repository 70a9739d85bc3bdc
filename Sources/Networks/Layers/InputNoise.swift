import CKernels
import Training

/// Adds normal noise to numbers while training: each epoch sees samples of the neighbourhood of those
/// there are, which acts as a penalty on what changes quickly (Bishop, "Training with Noise is
/// Equivalent to Tikhonov Regularization", Neural Computation 7, 1995).
///
/// After ``Whitening`` noise of deviation 1 is distributed as the samples of one label are.
/// Drawn by (seed, step, index), so that a step that is taken again is the same.
final class InputNoise: Layer {
  let outputShape: [Int]
  private let deviation: Float
  private let stream: UInt64
  private var output: FloatStorage?

  /// - Parameters:
  ///   - shape: of a sample.
  ///   - deviation: the noise's standard deviation, from 0.
  ///   - number: which random layer of the network this is, dropouts counted too; no two draw alike.
  init(shape: [Int], deviation: Float, number: Int) {
    outputShape = shape
    self.deviation = deviation
    stream = UInt64(number) << 40
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    if training { try output.reserve(rows * outputCount) }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    guard pass.isTraining else { return UnsafeMutablePointer(mutating: input) }
    let output = output.start
    output.update(from: input, count: rows * outputCount)
    lathe_add_normal_noise(
      pass.seed, stream | UInt64(pass.step), deviation, output, rows * outputCount)
    return output
  }

  /// What is added does not depend on the input.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? { needsInput ? gradient : nil }
}
