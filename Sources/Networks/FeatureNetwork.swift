import Corpus
import DataLoading
import Training

/// The network of mode 1: features through hidden layers with ReLU and dropout.
///
/// In PyTorch: `layers.0 … layers.n` are `Linear`; ReLU and dropout follow all but the last. Before
/// them come what ``Preparation`` does, noise and dropout of inputs.
struct FeatureNetwork {
  /// What is done to the inputs, which the loader has standardised.
  enum Transform: String, CaseIterable, Sendable {
    /// Nothing.
    case none
    /// See ``QuantileTransform``.
    case normal
  }

  /// Whether what the transformed inputs say in common is taken out of them.
  enum Decorrelation: String, CaseIterable, Sendable {
    /// No.
    case none
    /// See ``Whitening``.
    case labels
  }

  /// The sizes of the hidden layers.
  var hidden = [256, 128, 64]
  /// The chance of each hidden number to be left out of a step.
  var dropout = 0.4
  /// The same of each input.
  var inputDropout = 0.1
  /// The deviation of what is added to each input.
  var noise = 0.0
  /// What is done to the inputs.
  var transform = Transform.normal
  /// Whether they are whitened then.
  var whitening = Decorrelation.none
  /// Of whitening: how far the covariance is drawn to that of independent columns, 0 to 1.
  var shrinkage = 0.1

  /// What is done to inputs before the first layer that learns, and is fitted to the training side.
  struct Preparation {
    let columns: Int
    let quantiles: QuantileTransform?
    let whitening: Whitening?
    let shrinkage: Double

    /// Fits it to samples.
    /// - Parameter normalisation: what the loader does to them.
    /// - Throws: ``TrainingError/Kind/data`` where a sample cannot be read, or columns cannot be
    ///   whitened.
    func fit(_ samples: any SampleSource, _ normalisation: Normalisation?) throws(TrainingError) {
      if quantiles == nil, whitening == nil { return }
      var rows = try TrainingRows(of: samples, columns: columns, normalisation)
      quantiles?.fit(rows)
      guard let whitening else { return }
      if let quantiles { rows = quantiles.transformed(rows) }
      try whitening.fit(rows, shrinkage: shrinkage)
    }
  }

  /// A network for samples of `inputs` numbers, and what is yet to be fitted of it.
  func make(
    inputs: Int, labels: Int, seed: UInt64
  ) throws(TrainingError) -> (network: Network, preparation: Preparation) {
    let preparation = Preparation(
      columns: inputs,
      quantiles: transform == .normal ? try QuantileTransform(columns: inputs) : nil,
      whitening: whitening == .labels ? try Whitening(columns: inputs) : nil, shrinkage: shrinkage)
    var layers: [any Layer] = []
    if let quantiles = preparation.quantiles { layers.append(quantiles) }
    if let whitening = preparation.whitening { layers.append(whitening) }
    if noise > 0 {
      layers.append(
        InputNoise(shape: [inputs], deviation: Float(noise), number: hidden.count + 1))
    }
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
      Network(Sequential(inputShape: [inputs], layers), inputShape: [inputs]), preparation
    )
  }
}
