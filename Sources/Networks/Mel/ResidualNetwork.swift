import Training

/// The network of mode 3: a residual network of basic blocks on mel-spectrograms.
///
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016; names and
/// layouts are those of `torchvision.models.resnet18`: 11,181,642 parameters with 10 labels. A 7 ×
/// 7 convolution with stride 2 on three channels, 3 × 3 max pooling with stride 2, stages of basic
/// blocks that halve the picture and double the channels, the mean of what is left, one dense
/// layer.
struct ResidualNetwork {
  /// Basic blocks of each stage.
  var blocks = [2, 2, 2, 2]
  /// Channels of the first stage; each next one has twice as many.
  var width = 64
  /// The side of the first kernel.
  var stemKernel = 7
  var colours = MelColours.repeated
  /// See ``Convolution2D/tile``.
  var tile: Int?

  /// A network for pictures of `height` × `width` levels. One channel is repeated for the three
  /// that the first convolution has; of several it has as many.
  /// - Throws: ``TrainingError`` where there is not the memory, or of kind `configuration` for a
  ///   colour map of several channels.
  func make(
    channels: Int = 1, height: Int, width: Int, labels: Int, seed: UInt64
  ) throws(TrainingError) -> Network {
    let workspace = Workspace()
    var layers: [any Layer] = []
    let stem = Convolution2D(
      name: "conv1", outputs: self.width,
      window: Window(kernel: stemKernel, stride: 2, padding: stemKernel / 2))
    let first: PlanarConvolution
    switch colours {
    case .repeated:
      first = try stem.make(
        onPictures: channels, repeats: channels == 1 ? 3 : 1, height: height, width: width,
        seed: seed, workspace: workspace)
    case .mapped(let range):
      guard channels == 1 else {
        throw TrainingError(
          kind: .configuration, subject: "option 'colours'",
          detail: "a map of colours is for pictures of one channel, and these have \(channels)",
          hint: "give repeated, which takes each channel as it is")
      }
      layers.append(ColourMapping(height: height, width: width, range: range))
      first = try stem.make(
        onPictures: 3, height: height, width: width, seed: seed, workspace: workspace)
    }
    let pool = try NormalisedMaxPool2D(
      "bn1", input: first.output, window: Window(kernel: 3, stride: 2, padding: 1))
    layers += [first, pool]
    var shape = pool.output
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        let block = try BasicBlock(
          "layer\(stage + 1).\(index)", input: shape, channels: self.width << stage,
          stride: stage > 0 && index == 0 ? 2 : 1, tile: tile, seed: seed, workspace: workspace)
        layers.append(block)
        shape = block.output
      }
    }
    layers.append(GlobalPool2D(input: shape, withMaximum: false))
    layers.append(try Linear("fc", inputs: shape.channels, outputs: labels, seed: seed))
    return Network(layers, onPictures: channels, height: height, width: width)
  }
}
