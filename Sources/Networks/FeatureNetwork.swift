import Training

/// The network of mode 1: features through hidden layers with ReLU and dropout.
///
/// In PyTorch: `layers.0 … layers.n` are `Linear`; ReLU and dropout follow all but the last.
struct FeatureNetwork {
  /// The sizes of the hidden layers.
  var hidden = [256, 128, 64]
  /// The chance of each hidden number to be left out of a step.
  var dropout = 0.3
  /// The same of each input.
  var inputDropout = 0.0

  /// A network for samples of `inputs` numbers.
  func make(inputs: Int, labels: Int, seed: UInt64) throws(TrainingError) -> Network {
    var layers: [any Layer] = []
    if inputDropout > 0 {
      layers.append(Dropout(shape: [inputs], rate: Float(inputDropout), number: 63))
    }
    var width = inputs
    for (index, size) in hidden.enumerated() {
      layers.append(
        try Linear(
          "layers.\(index)", inputs: width, outputs: size, isRectified: true, seed: seed))
      layers.append(Dropout(shape: [size], rate: Float(dropout), number: index))
      width = size
    }
    layers.append(
      try Linear("layers.\(hidden.count)", inputs: width, outputs: labels, seed: seed))
    return Network(Sequential(inputShape: [inputs], layers), inputShape: [inputs])
  }
}
