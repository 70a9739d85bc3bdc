import CKernels
import Corpus
import Safetensors
import Training

/// A dense layer: y = x Wᵀ + b, and max(0, y) where it is asked for.
///
/// Equals `torch.nn.Linear`, and `relu` after it.
final class Linear: Layer {
  let outputShape: [Int]
  let parameters: [Parameter]
  private let inputs: Int
  private let outputs: Int
  private let isRectified: Bool
  private var output: FloatStorage?
  private var inputGradient: FloatStorage?
  private var input: UnsafePointer<Float>?

  private var weight: Parameter { parameters[0] }
  private var bias: Parameter { parameters[1] }

  /// Weights as PyTorch draws them: uniform within ±1/√inputs.
  ///
  /// - Parameters:
  ///   - name: what `.weight` and `.bias` are added to.
  ///   - isRectified: whether max(0, ·) follows.
  /// - Throws: ``TrainingError`` where there is not the memory.
  init(
    _ name: String, inputs: Int, outputs: Int, isRectified: Bool = false, seed: UInt64
  ) throws(TrainingError) {
    self.inputs = inputs
    self.outputs = outputs
    self.isRectified = isRectified
    outputShape = [outputs]
    parameters = [
      try Parameter("\(name).weight", shape: [outputs, inputs]),
      try Parameter("\(name).bias", shape: [outputs], decays: false),
    ]
    for parameter in parameters { Initialisation.uniform(parameter, fanIn: inputs, seed: seed) }
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    try output.reserve(rows * outputs)
    if training { try inputGradient.reserve(rows * inputs) }
  }

  func trainingOperations(needsInput: Bool) -> Int {
    2 * inputs * outputs * (needsInput ? 3 : 2)
  }

  /// Operations of a product of all weights with so many samples.
  private func operations(_ rows: Int) -> Int { 2 * rows * inputs * outputs }

  /// Samples from which on another thread pays: its share must take longer than waking it.
  private var leastRows: Int { max(8, 500_000 / (inputs * outputs)) }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    self.input = input
    let output = output.start
    pass.team.divide(rows, atLeast: leastRows) { part in
      let start = output + part.lowerBound * outputs
      pass.team.times.product(operations(part.count)) {
        LinearAlgebra.multiply(
          rows: part.count, columns: outputs, inner: inputs, input + part.lowerBound * inputs,
          strideA: inputs, weight.value.base, strideB: inputs, transposedB: true, into: start,
          strideC: outputs)
      }
      lathe_add_bias(bias.value.base, part.count, outputs, isRectified ? 1 : 0, start)
    }
    return output
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    guard let input else { return nil }
    if isRectified {
      lathe_rectify_backward(output.start, 1, gradient, rows * outputs)
    }
    // The weights are divided, not the samples, so that nothing has to be added up afterwards.
    pass.team.divide(outputs, atLeast: max(8, 500_000 / (inputs * rows))) { part in
      pass.team.times.product(2 * part.count * inputs * rows) {
        LinearAlgebra.multiply(
          rows: part.count, columns: inputs, inner: rows, gradient + part.lowerBound,
          strideA: outputs, transposedA: true, input, strideB: inputs,
          into: weight.gradient.base + part.lowerBound * inputs, strideC: inputs)
      }
    }
    lathe_column_sums(gradient, rows, outputs, bias.gradient.base)
    guard needsInput else { return nil }
    let result = inputGradient.start
    pass.team.divide(rows, atLeast: leastRows) { part in
      pass.team.times.product(operations(part.count)) {
        LinearAlgebra.multiply(
          rows: part.count, columns: inputs, inner: outputs, gradient + part.lowerBound * outputs,
          strideA: outputs, weight.value.base, strideB: inputs,
          into: result + part.lowerBound * inputs, strideC: inputs)
      }
    }
    return result
  }

  func choices(rows: Int) -> [Tensor] {
    isRectified ? [Choice.passed([rows, outputs], above: output.start)] : []
  }
}

extension FloatStorage? {
  /// Room for at least `count` numbers; what was there is lost where it was too small.
  mutating func reserve(_ count: Int) throws(TrainingError) {
    if let self, self.count >= count { return }
    self = nil
    self = try FloatStorage(count: count)
  }

  /// The first number of a storage that was reserved.
  var start: UnsafeMutablePointer<Float> {
    guard let self else { preconditionFailure("a layer was used before room was made for it") }
    return self.base
  }
}
