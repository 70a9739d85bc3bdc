import CKernels
import Safetensors
import Training

/// Batch normalisation, max(0, ·) and max pooling in one pass: what is four times as large between
/// them is never written.
///
/// Only the inputs that won their window have a gradient by the output, so the sums of the backward
/// pass go over these alone.
final class NormalisedMaxPool2D: Layer {
  let input: BlockedShape
  let output: BlockedShape
  private let numbers: BlockedNormalisation
  private let plane: LathePlane
  private var result: FloatStorage?
  private var winners: FloatStorage?
  private var inputGradient: FloatStorage?
  private var indices: [UInt8] = []
  private var source: UnsafePointer<Float>?

  init(_ name: String, input: BlockedShape, window: Window) throws(TrainingError) {
    self.input = input
    output = window.output(of: input, channels: input.channels)
    plane = LathePlane(window, over: input, output: output)
    numbers = try BlockedNormalisation(name, channels: input.channels)
  }

  var outputShape: [Int] { output.axes }
  var parameters: [Parameter] { numbers.parameters }
  var statistics: [RunningStatistic] { numbers.statistics }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * output.count)
    try winners.reserve(rows * output.count)
    if indices.count < rows * output.count {
      indices = [UInt8](repeating: 0, count: rows * output.count)
    }
    if training {
      try numbers.reserve(rows: rows)
      try inputGradient.reserve(rows * input.count)
    }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    source = input
    let result = result.start
    let winners = winners.start
    numbers.prepare(input, planeCount: self.input.planeCount, rows: rows, pass)
    let shape = self.input
    indices.withUnsafeMutableBufferPointer { indices in
      guard let indices = indices.baseAddress else { return }
      // Rows write apart from each other.
      nonisolated(unsafe) let taps = indices
      pass.team.share(rows) { _, row in
        withUnsafePointer(to: plane) { plane in
          let start = row * output.count
          lathe_blocked_normalise_max_pool(
            input + row * shape.count, plane, numbers.scale.base, numbers.shift.base,
            result + start, winners + start, taps + start)
        }
      }
    }
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let source else { return nil }
    numbers.prepareGradient(
      gradient, output: result.start, input: winners.start, positions: output.positions,
      total: input.positions, rows: rows, pass)
    guard needsInput else { return nil }
    let target = inputGradient.start
    indices.withUnsafeBufferPointer { indices in
      guard let indices = indices.baseAddress else { return }
      nonisolated(unsafe) let taps = indices
      pass.team.share(rows) { _, row in
        let from = row * output.count
        let to = target + row * input.count
        withUnsafePointer(to: plane) { plane in
          lathe_blocked_max_pool_gradient(gradient + from, taps + from, plane, to)
        }
        numbers.giveBack(
          to, input: source + row * input.count, planeCount: input.planeCount, into: to)
      }
    }
    return target
  }

  func choices(rows: Int) -> [Tensor] {
    let result = result.start
    return [
      Choice.taps(
        [rows, output.channels, output.height, output.width],
        output.unblocked(rows: rows) { result[$0] > 0 ? Int32(indices[$0]) : Choice.stopped })
    ]
  }
}
