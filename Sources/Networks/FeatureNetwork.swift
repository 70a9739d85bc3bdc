import Training

/// The network of mode 1: features through hidden layers with ReLU and dropout.
///
/// In PyTorch: `layers.0 … layers.n` are `Linear`; ReLU and dropout follow all but the last.
struct FeatureNetwork {
  /// What is done to the inputs, which the loader has standardised.
  enum Transform: String, CaseIterable, Sendable {
    /// Nothing.
    case none
    /// See ``QuantileTransform``.
    case normal
  }

  /// The sizes of the hidden layers.
  var hidden = [256, 128, 64]
  /// The chance of each hidden number to be left out of a step.
  var dropout = 0.4
  /// The same of each input.
  var inputDropout = 0.1
  /// What is done to the inputs.
  var transform = Transform.normal

  /// A network for samples of `inputs` numbers, and its transform where it has one, which is yet to
  /// be fitted.
  func make(
    inputs: Int, labels: Int, seed: UInt64
  ) throws(TrainingError) -> (network: Network, transform: QuantileTransform?) {
    let quantiles = transform == .normal ? try QuantileTransform(columns: inputs) : nil
    var layers: [any Layer] = quantiles.map { [$0] } ?? []
    if inputDropout > 0 {
      layers.append(Dropout(shape: [inputs], rate: Float(inputDropout), number: hidden.count))
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
    return (
      Network(Sequential(inputShape: [inputs], layers), inputShape: [inputs]), quantiles
    )
  }
}
