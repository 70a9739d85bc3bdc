import CKernels
import Safetensors
import Training

/// A residual block of two 3 × 3 convolutions: y = max(0, bn2(conv2(max(0, bn1(conv1(x))))) + s),
/// where s is x, or where extents change its projection bn(conv1×1(x)).
///
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, option B;
/// torchvision's `BasicBlock`.
final class BasicBlock: BlockedLayer {
  let output: BlockedShape
  private let convolution1, convolution2: any BlockedLayer
  private let normalisation1, normalisation2: BatchNormalisation2D
  private let projection: Sequential?
  private let inputCount: Int

  /// - Parameters:
  ///   - stride: of the first convolution and the projection.
  ///   - tile: see ``Convolution2D/tile``.
  init(
    _ name: String, input: BlockedShape, channels: Int, stride: Int, tile: Int? = nil, seed: UInt64,
    workspace: Workspace
  ) throws(TrainingError) {
    convolution1 = try Convolution2D(
      name: "\(name).conv1", outputs: channels,
      window: Window(kernel: 3, stride: stride, padding: 1), tile: tile
    ).make(on: input, seed: seed, workspace: workspace)
    let inner = convolution1.output
    normalisation1 = try BatchNormalisation2D("\(name).bn1", shape: inner, isRectified: true)
    convolution2 = try Convolution2D(
      name: "\(name).conv2", outputs: channels, window: Window(kernel: 3, padding: 1),
      tile: tile
    ).make(on: inner, seed: seed, workspace: workspace)
    normalisation2 = try BatchNormalisation2D(
      "\(name).bn2", shape: inner, isRectified: true, takesResidual: true)
    if stride != 1 || input.channels != channels {
      let convolution = try Convolution2D(
        name: "\(name).downsample.0", outputs: channels, window: Window(kernel: 1, stride: stride)
      ).make(on: input, seed: seed, workspace: workspace)
      projection = Sequential(
        inputShape: input.axes,
        [
          convolution,
          try BatchNormalisation2D("\(name).downsample.1", shape: inner, isRectified: false),
        ])
    } else {
      projection = nil
    }
    output = inner
    inputCount = input.count
  }

  private var layers: [any Layer] {
    let path: [any Layer] = [convolution1, normalisation1, convolution2, normalisation2]
    return projection.map { path + [$0] } ?? path
  }

  var outputShape: [Int] { output.axes }

  func trainingOperations(needsInput: Bool) -> Int {
    convolution1.trainingOperations(needsInput: needsInput)
      + convolution2.trainingOperations(needsInput: true)
      + (projection?.trainingOperations(needsInput: needsInput) ?? 0)
  }

  var parameters: [Parameter] { layers.flatMap(\.parameters) }
  var statistics: [RunningStatistic] { layers.flatMap(\.statistics) }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    for layer in layers { try layer.reserve(rows: rows, training: training, team: team) }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let first = normalisation1.forward(
      convolution1.forward(input, rows: rows, pass), rows: rows, pass)
    let second = convolution2.forward(first, rows: rows, pass)
    let shortcut = projection.map { UnsafePointer($0.forward(input, rows: rows, pass)) } ?? input
    return normalisation2.forward(second, residual: shortcut, rows: rows, pass)
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard
      let second = normalisation2.backward(gradient, rows: rows, needsInput: true, pass),
      let inner = convolution2.backward(second, rows: rows, needsInput: true, pass),
      let first = normalisation1.backward(inner, rows: rows, needsInput: true, pass)
    else { return nil }
    let path = convolution1.backward(first, rows: rows, needsInput: needsInput, pass)
    // What the second normalisation was given has become the gradient of the sum.
    let shortcut =
      projection.map { $0.backward(gradient, rows: rows, needsInput: needsInput, pass) } ?? gradient
    guard let path, let shortcut else { return nil }
    pass.team.divide(rows * inputCount, atLeast: 1 << 15) {
      lathe_add(shortcut + $0.lowerBound, path + $0.lowerBound, $0.count)
    }
    return path
  }

  func choices(rows: Int) -> [Tensor] { layers.flatMap { $0.choices(rows: rows) } }
}
