import Training

/// A compact network on mel-spectrograms: a sixth of ResNet-18's multiplications and a twentieth of
/// its parameters, and more accurate on a hundred clips.
///
/// In PyTorch `features` is `Sequential` of Conv2d(channels, stem, k, stride 2), BatchNorm2d, ReLU,
/// MaxPool2d(2), then for each 3 × 3 convolution Conv2d without bias, BatchNorm2d, ReLU, and
/// MaxPool2d(2) where the picture is halved; then `cat([x.mean((2, 3)), x.amax((2, 3))], 1)` and
/// `classifier` = Sequential(Dropout, Linear).
struct CompactMelNetwork {
  /// Channels of the first convolution, and the side of its kernel.
  var stem = 32
  var stemKernel = 5
  /// Channels of the 3 × 3 convolutions.
  var channels = [64, 128, 128, 256]
  /// After which of them, counted from 1, pooling halves the picture.
  var poolAfter = [1, 3]
  var dropout = 0.3
  /// See ``Convolution2D/tile``.
  var tile: Int?

  /// A network for pictures of `channels` × `height` × `width` levels.
  /// - Throws: ``TrainingError`` where there is not the memory, or of kind `configuration` where
  ///   the picture is too small for the poolings.
  func make(
    channels pictures: Int = 1, height: Int, width: Int, labels: Int, seed: UInt64
  ) throws(TrainingError) -> Network {
    let workspace = Workspace()
    let halving = Window(kernel: 2, stride: 2)
    let first = try Convolution2D(
      name: "features.0", outputs: stem,
      window: Window(kernel: stemKernel, stride: 2, padding: stemKernel / 2)
    ).make(
      onPictures: pictures, height: height, width: width, seed: seed, workspace: workspace)
    let pool = try NormalisedMaxPool2D("features.1", input: first.output, window: halving)
    var layers: [any Layer] = [first, pool]
    var shape = pool.output
    // ReLU and pooling count among PyTorch's numbers.
    var number = 4
    for (index, channels) in channels.enumerated() {
      let convolution = try Convolution2D(
        name: "features.\(number)", outputs: channels, window: Window(kernel: 3, padding: 1),
        tile: tile
      ).make(on: shape, seed: seed, workspace: workspace)
      layers.append(convolution)
      shape = convolution.output
      let name = "features.\(number + 1)"
      number += 3
      if poolAfter.contains(index + 1) {
        let pool = try NormalisedMaxPool2D(name, input: shape, window: halving)
        layers.append(pool)
        shape = pool.output
        number += 1
      } else {
        layers.append(try BatchNormalisation2D(name, shape: shape, isRectified: true))
      }
    }
    guard shape.positions > 0 else {
      throw TrainingError(
        kind: .configuration, subject: "mel-small",
        detail: "pictures of \(height) x \(width) leave nothing after \(poolAfter.count) poolings",
        hint: "pool less often")
    }
    layers += [
      GlobalPool2D(input: shape, withMaximum: true),
      Dropout(shape: [2 * shape.channels], rate: Float(dropout), number: 0),
      try Linear("classifier.1", inputs: 2 * shape.channels, outputs: labels, seed: seed),
    ]
    return Network(layers, onPictures: pictures, height: height, width: width)
  }
}
