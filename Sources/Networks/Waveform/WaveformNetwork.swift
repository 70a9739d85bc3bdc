import Training

/// The network of mode 2: samples of audio through convolutions along time, then dense layers.
///
/// In PyTorch: `convolutions.N` is `Conv1d`, `normalisations.N` is `BatchNorm1d`, and
/// `classifier.N` is `Linear`; each convolution is followed by ReLU, normalisation and `MaxPool1d`
/// (where its pooling is above 1), each dense layer but the last by ReLU and dropout. As it stands
/// here it has 388,378 parameters for 44,100 samples and ten labels.
struct WaveformNetwork: Hashable {
  /// A convolution and what follows it.
  struct Block: Hashable {
    /// Channels that go out.
    var channels: Int
    /// Positions that a filter sees.
    var kernel: Int
    /// Positions from one output's first input to the next's.
    var stride: Int
    /// Positions that are pooled into one; 1 for none.
    var pooling: Int
  }

  /// What the filters of the first convolution are.
  enum FirstFilters: String, CaseIterable, Hashable {
    /// Drawn and learnt as all others.
    case learnt
    /// Gammatone responses to begin with, learnt on from there.
    case gammatone
    /// Gammatone responses, not learnt.
    case fixedGammatone = "fixed-gammatone"
  }

  /// From the samples on.
  var blocks = [
    Block(channels: 16, kernel: 64, stride: 2, pooling: 8),
    Block(channels: 32, kernel: 32, stride: 2, pooling: 8),
    Block(channels: 64, kernel: 16, stride: 2, pooling: 1),
    Block(channels: 128, kernel: 8, stride: 2, pooling: 1),
    Block(channels: 256, kernel: 4, stride: 2, pooling: 4),
  ]
  /// Whether ReLU or normalisation comes directly after a convolution.
  var order = ConvolutionBlock.Order.rectifyFirst
  /// The sizes of the hidden dense layers.
  var hidden = [128, 64]
  /// The chance of each of their outputs to be left out of a step.
  var dropout = 0.25
  /// The filters of the first convolution.
  var firstFilters = FirstFilters.learnt
  /// Samples a second, which the gammatone filters need.
  var rate = 22_050.0

  /// A network for slices of `length` instants of one or more channels, which lie side by side.
  /// - Throws: ``TrainingError/Kind/configuration`` where the slices are too short for it, or for
  ///   gammatone filters on several channels; `.system` where there is not the memory.
  func make(
    length: Int, channels signals: Int = 1, labels: Int, seed: UInt64
  ) throws(TrainingError) -> Network {
    var layers: [any Layer] = []
    if signals > 1 {
      guard firstFilters == .learnt else {
        throw TrainingError(
          kind: .configuration, subject: "option 'filters'",
          detail: "gammatone filters are for signals of one channel, and these have \(signals)",
          hint: "give learnt, or train on a view of one channel")
      }
      layers.append(ChannelsApart(channels: signals, length: length))
    }
    var (channels, positions) = (signals, length)
    for (number, block) in blocks.enumerated() {
      let shape = try Convolution1dShape(
        "convolution \(number)", inputs: channels, outputs: block.channels, kernel: block.kernel,
        stride: block.stride, length: positions)
      let isFirst = number == 0
      // One channel is a plain sequence: a block would be sixteen times as long.
      let isPlain = block.channels == 1 || number == blocks.count - 1
      let layer = try ConvolutionBlock(
        number: number, shape, window: block.pooling, order: order,
        inputLayout: isFirst || channels == 1 ? .channels : .blocks,
        outputLayout: isPlain ? .channels : .blocks, passesGradient: !isFirst,
        start: isFirst ? startingFilters(block) : nil,
        isFixed: isFirst && firstFilters == .fixedGammatone, seed: seed)
      layers.append(layer)
      (channels, positions) = (block.channels, layer.pooled)
    }
    var width = channels * positions
    for (number, size) in hidden.enumerated() {
      layers.append(
        try Linear(
          "classifier.\(number)", inputs: width, outputs: size, isRectified: true, seed: seed))
      if dropout > 0 {
        layers.append(Dropout(shape: [size], rate: Float(dropout), number: number))
      }
      width = size
    }
    layers.append(
      try Linear("classifier.\(hidden.count)", inputs: width, outputs: labels, seed: seed))
    let inputShape = signals == 1 ? [1, length] : [length, signals]
    return Network(Sequential(inputShape: inputShape, layers), inputShape: inputShape)
  }

  private func startingFilters(_ block: Block) -> [Float]? {
    guard firstFilters != .learnt else { return nil }
    // Audio of a low rate has no 10 kHz.
    let bank = GammatoneBank(
      count: block.channels, taps: block.kernel, rate: rate, highest: min(10_000, 0.46 * rate))
    return bank.kernels
  }
}
