import CKernels
import Training

/// Sets numbers to 0 by chance while training and scales the others up, as `torch.nn.Dropout`.
///
/// Which ones is keyed by (seed, step, index), so that a step that is taken again is the same, and
/// drawn anew in the backward pass instead of being kept.
final class Dropout: Layer {
  let outputShape: [Int]
  private let rate: Float
  private let stream: UInt64
  private var output: FloatStorage?

  /// - Parameters:
  ///   - shape: of a sample.
  ///   - rate: the chance of each number to become 0, from 0 to below 1.
  ///   - number: which dropout of the network this is, from 0; no two draw alike.
  init(shape: [Int], rate: Float, number: Int) {
    outputShape = shape
    self.rate = rate
    stream = UInt64(number) << 40
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    if training, rate > 0 { try output.reserve(rows * outputCount) }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    guard pass.isTraining, rate > 0 else { return UnsafeMutablePointer(mutating: input) }
    let output = output.start
    draw(from: input, to: output, rows: rows, pass)
    return output
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard needsInput else { return nil }
    if rate > 0 { draw(from: gradient, to: gradient, rows: rows, pass) }
    return gradient
  }

  private func draw(
    from input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, rows: Int,
    _ pass: Pass
  ) {
    let count = rows * outputCount
    // Stretches begin where blocks of random numbers do.
    pass.team.divide((count + 63) / 64, atLeast: 512) { blocks in
      let first = blocks.lowerBound * 64
      lathe_dropout(
        pass.seed, stream | UInt64(pass.step), first, 1 - rate, 1 / (1 - rate), input + first,
        output + first, min(count, blocks.upperBound * 64) - first)
    }
  }
}
