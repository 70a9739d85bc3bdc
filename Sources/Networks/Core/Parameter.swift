import Training

/// Numbers that are learnt.
final class Parameter {
  /// Its name in the network, as in PyTorch's `state_dict`.
  let name: String
  /// The length of each axis, outermost first, as PyTorch lays it out.
  let shape: [Int]
  /// The numbers.
  let value: FloatStorage
  /// The derivative of the loss by them, set by each backward pass.
  let gradient: FloatStorage
  /// Whether weight decay applies: to weights, not to biases and normalisations.
  let decays: Bool

  /// Zeroes of a shape.
  init(_ name: String, shape: [Int], decays: Bool = true) throws(TrainingError) {
    self.name = name
    self.shape = shape
    self.decays = decays
    value = try FloatStorage(count: shape.reduce(1, *))
    gradient = try FloatStorage(count: shape.reduce(1, *))
  }

  /// How many numbers it has.
  var count: Int { value.count }
}

/// Numbers that are kept with the weights but not learnt: the running mean and variance of a batch
/// normalisation, a fixed filter bank.
final class RunningStatistic {
  /// Its name in the network, as in PyTorch's `state_dict`.
  let name: String
  /// The length of each axis; empty for a single number.
  let shape: [Int]
  /// The numbers.
  let value: FloatStorage
  /// Whether it is a count, which checkpoints hold as a 64-bit integer.
  let isCount: Bool

  /// Numbers of a shape, all the same.
  init(
    _ name: String, shape: [Int], initial: Float = 0, isCount: Bool = false
  ) throws(TrainingError) {
    self.name = name
    self.shape = shape
    self.isCount = isCount
    value = try FloatStorage(count: shape.reduce(1, *))
    value.span.update(repeating: initial)
  }
}
