import CKernels
import Training

/// The first convolution of a network: takes pictures plane after plane, [channels, height, width],
/// and has no gradient to give back.
///
/// Few channels would fill no sixteen, so each tap of a plane is a number that meets the vectors of
/// the outputs. A channel that is repeated is convolved once, with the sum of its weights, which is
/// the same; each of these weights then has the same gradient.
final class PlanarConvolution: Layer {
  let output: BlockedShape
  let parameters: [Parameter]

  private let channels: Int
  private let repeats: Int
  private let height: Int
  private let width: Int
  private let plane: LathePlane
  private let workspace: Workspace
  private var result: FloatStorage?
  private var source: UnsafePointer<Float>?

  private static let lanes = BlockedShape.lanes

  private var weight: Parameter { parameters[0] }
  private var taps: Int { plane.kernel * plane.kernel }
  /// Of one sample, with repeated channels summed and outputs filled up.
  private var operations: Int { 2 * packedCount * output.positions }
  private var packedCount: Int { output.blocks * channels * taps * Self.lanes }
  private var imageCount: Int { (channels * plane.height * plane.width + 15) / 16 * 16 }

  /// - Parameters:
  ///   - weight: [outputs, channels × repeats, kernel, kernel].
  ///   - channels: planes of an input sample.
  ///   - repeats: how often each plane stands for a channel of the weights.
  init(
    weight: Parameter, bias: Parameter?, window: Window, channels: Int, repeats: Int = 1,
    height: Int, width: Int, workspace: Workspace
  ) {
    self.channels = channels
    self.repeats = repeats
    self.height = height
    self.width = width
    self.workspace = workspace
    let input = BlockedShape(channels: channels, height: height, width: width)
    output = window.output(of: input, channels: weight.shape[0])
    parameters = [weight] + (bias.map { [$0] } ?? [])
    plane = LathePlane(
      blocks: 0, channels: channels, height: height + 2 * window.padding,
      width: width + 2 * window.padding, outputHeight: output.height, outputWidth: output.width,
      kernel: window.kernel, stride: window.stride, padding: window.padding)
  }

  var outputShape: [Int] { output.axes }

  func trainingOperations(needsInput: Bool) -> Int {
    // Nothing is before it.
    weight.count * output.positions * 2 * 2
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try result.reserve(rows * output.count)
    try workspace.reserve(
      shared: packedCount, part: imageCount + packedCount, parts: team.count)
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    source = input
    let result = result.start
    let weights = workspace.shared.start
    pack(into: weights)
    let bias = parameters.count > 1 ? UnsafePointer(parameters[1].value.base) : nil
    pass.team.share(rows) { part, sample in
      let image = workspace.part(part)
      pad(input + sample * channels * height * width, into: image)
      withUnsafePointer(to: plane) { plane in
        pass.team.times.product(operations) {
          lathe_planar_convolution(
            plane, image, weights, bias, output.blocks, result + sample * output.count)
        }
      }
    }
    return result
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let source else { return nil }
    let parts = min(pass.team.count, rows)
    pass.team.run(parts) { part in
      let image = workspace.part(part)
      let sums = image + imageCount
      sums.update(repeating: 0, count: packedCount)
      for sample in rows * part / parts..<rows * (part + 1) / parts {
        pad(source + sample * channels * height * width, into: image)
        withUnsafePointer(to: plane) { plane in
          pass.team.times.product(operations) {
            lathe_planar_gradient(
              plane, image, gradient + sample * output.count, output.blocks, sums)
          }
        }
      }
    }
    unpack((0..<parts).map { workspace.part($0) + imageCount })
    if parameters.count > 1 {
      BlockedSums.setBiasGradient(
        parameters[1].gradient, from: gradient, shape: output, rows: rows)
    }
    return nil
  }

  private func pad(_ picture: UnsafePointer<Float>, into image: UnsafeMutablePointer<Float>) {
    image.update(repeating: 0, count: imageCount)
    for row in 0..<channels * height {
      let (channel, y) = (row / height, row % height)
      (image + ((channel * plane.height + y + plane.padding) * plane.width + plane.padding))
        .update(from: picture + row * width, count: width)
    }
  }

  /// Calls `body` with each weight's index in PyTorch's layout and its index in the packed one.
  private func eachWeight(_ body: (_ weight: Int, _ packed: Int) -> Void) {
    var index = 0
    for filter in 0..<output.channels {
      for channel in 0..<channels * repeats {
        let start =
          (filter / Self.lanes * channels + channel % channels) * taps * Self.lanes
          + filter % Self.lanes
        for tap in 0..<taps {
          body(index, start + tap * Self.lanes)
          index += 1
        }
      }
    }
  }

  private func pack(into packed: UnsafeMutablePointer<Float>) {
    packed.update(repeating: 0, count: packedCount)
    let weights = weight.value.base
    eachWeight { packed[$1] += weights[$0] }
  }

  private func unpack(_ sums: [UnsafeMutablePointer<Float>]) {
    let gradient = weight.gradient.base
    eachWeight { index, packedIndex in
      var sum: Float = 0
      for part in sums { sum += part[packedIndex] }
      gradient[index] = sum
    }
  }
}
