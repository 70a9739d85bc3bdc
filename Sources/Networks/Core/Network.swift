import Training

/// Layers that end in one logit a label, and what is needed to train them.
final class Network {
  /// All of it.
  let body: any Layer
  /// The length of each axis of an input sample.
  let inputShape: [Int]
  let parameters: [Parameter]
  let statistics: [RunningStatistic]

  /// A network of these layers.
  init(_ body: any Layer, inputShape: [Int]) {
    self.body = body
    self.inputShape = inputShape
    parameters = body.parameters
    statistics = body.statistics
  }

  /// A network of layers on pictures, [height, width], or [channels, height, width] of several
  /// channels.
  convenience init(_ layers: [any Layer], onPictures channels: Int, height: Int, width: Int) {
    let shape = (channels == 1 ? [] : [channels]) + [height, width]
    self.init(Sequential(inputShape: shape, layers), inputShape: shape)
  }

  /// How many labels there are logits for.
  var labelCount: Int { body.outputCount }
  /// Floating-point operations of the products of a step of training for one sample, by plain sums.
  var trainingOperations: Int { body.trainingOperations(needsInput: false) }
  /// How many numbers are learnt.
  var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}
