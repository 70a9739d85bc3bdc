import Training

/// A convolution in two dimensions, as `torch.nn.Conv2d`, by whichever method is fastest for its
/// extents.
struct Convolution2D {
  /// What `.weight` and `.bias` are added to.
  var name: String
  var outputs: Int
  var window: Window
  var hasBias = false
  /// The tile of Winograd's filtering, 2 or 4; nil for the cheapest. 2 is as exact as a plain sum,
  /// 4 has about five times its rounding error and up to 1.8 times less work.
  var tile: Int?

  /// On blocked activations: Winograd's filtering for 3 × 3 with stride 1 and padding 1, else a
  /// product of columns.
  func make(
    on input: BlockedShape, seed: UInt64, workspace: Workspace
  ) throws(TrainingError) -> any BlockedLayer {
    let (weight, bias) = try parameters(inputs: input.channels, seed: seed)
    if window == Window(kernel: 3, padding: 1) {
      return WinogradConvolution(
        weight: weight, bias: bias, input: input, tile: tile, workspace: workspace)
    }
    return ColumnConvolution(
      weight: weight, bias: bias, window: window, input: input, workspace: workspace)
  }

  /// On pictures of few channels, each of which stands for `repeats` of the weights'.
  func make(
    onPictures channels: Int, repeats: Int = 1, height: Int, width: Int, seed: UInt64,
    workspace: Workspace
  ) throws(TrainingError) -> PlanarConvolution {
    let (weight, bias) = try parameters(inputs: channels * repeats, seed: seed)
    return PlanarConvolution(
      weight: weight, bias: bias, window: window, channels: channels, repeats: repeats,
      height: height, width: width, workspace: workspace)
  }

  /// Weights normal by fan out, biases uniform within ±1/√fanIn.
  private func parameters(
    inputs: Int, seed: UInt64
  ) throws(TrainingError) -> (weight: Parameter, bias: Parameter?) {
    let taps = window.kernel * window.kernel
    let weight = try Parameter(
      "\(name).weight", shape: [outputs, inputs, window.kernel, window.kernel])
    Initialisation.heNormal(weight, fanOut: outputs * taps, seed: seed)
    guard hasBias else { return (weight, nil) }
    let bias = try Parameter("\(name).bias", shape: [outputs], decays: false)
    Initialisation.uniform(bias, fanIn: inputs * taps, seed: seed)
    return (weight, bias)
  }
}

/// A layer whose output is blocked.
protocol BlockedLayer: Layer {
  /// The extents of an output sample.
  var output: BlockedShape { get }
}

extension WinogradConvolution: BlockedLayer {}
extension ColumnConvolution: BlockedLayer {}
extension PlanarConvolution: BlockedLayer {}
extension NormalisedMaxPool2D: BlockedLayer {}
extension BatchNormalisation2D: BlockedLayer {
  var output: BlockedShape { shape }
}
