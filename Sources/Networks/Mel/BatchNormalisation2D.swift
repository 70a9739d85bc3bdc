import CKernels
import Safetensors
import Training

/// Batch normalisation of blocked activations, and what follows it in the same pass: a residual
/// that is added, and max(0, ·).
final class BatchNormalisation2D: Layer {
  let shape: BlockedShape
  private let numbers: BlockedNormalisation
  private let isRectified: Bool
  private let takesResidual: Bool
  private var result: FloatStorage?
  private var inputGradient: FloatStorage?
  private var source: UnsafePointer<Float>?

  /// - Parameters:
  ///   - isRectified: whether max(0, ·) follows.
  ///   - takesResidual: whether ``forward(_:residual:rows:_:)`` will add one; `backward` then
  ///     leaves the residual's gradient in what it was given.
  init(
    _ name: String, shape: BlockedShape, isRectified: Bool, takesResidual: Bool = false
  ) throws(TrainingError) {
    self.shape = shape
    self.isRectified = isRectified
    self.takesResidual = takesResidual
    numbers = try BlockedNormalisation(name, channels: shape.channels)
  }

  var outputShape: [Int] { shape.axes }
  var parameters: [Parameter] { numbers.parameters }
  var statistics: [RunningStatistic] { numbers.statistics }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * shape.count)
    if training {
      try numbers.reserve(rows: rows)
      if takesResidual { try inputGradient.reserve(rows * shape.count) }
    }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    forward(input, residual: nil, rows: rows, pass)
  }

  /// The normalised input plus `residual`, rectified where that was asked for.
  func forward(
    _ input: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    source = input
    let result = result.start
    numbers.prepare(input, planeCount: shape.planeCount, rows: rows, pass)
    pass.team.share(rows) { _, row in
      for block in 0..<shape.blocks {
        let start = row * shape.count + block * shape.planeCount
        let channel = block * BlockedShape.lanes
        lathe_blocked_normalise(
          input + start, shape.positions, numbers.scale.base + channel,
          numbers.shift.base + channel, residual.map { $0 + start }, isRectified ? 1 : 0,
          result + start)
      }
    }
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let source else { return nil }
    numbers.prepareGradient(
      gradient, output: isRectified ? UnsafePointer(result.start) : nil, input: source,
      positions: shape.positions, total: shape.positions, rows: rows, pass)
    guard needsInput else { return nil }
    let target = takesResidual ? inputGradient.start : gradient
    pass.team.share(rows) { _, row in
      let start = row * shape.count
      numbers.giveBack(
        gradient + start, input: source + start, planeCount: shape.planeCount,
        into: target + start)
    }
    return target
  }

  func choices(rows: Int) -> [Tensor] {
    guard isRectified else { return [] }
    let output = result.start
    return [
      Choice.passed(
        [rows, shape.channels, shape.height, shape.width],
        shape.unblocked(rows: rows) { output[$0] > 0 ? 1 : 0 })
    ]
  }
}
