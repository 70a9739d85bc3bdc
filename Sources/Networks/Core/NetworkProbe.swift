import Safetensors
import Training

extension Network {
  /// One step's numbers for comparisons with other libraries: what comes out of a batch and all
  /// gradients, of the mean cross-entropy; weights stay as they are, running statistics move.
  ///
  /// - Parameters:
  ///   - input: the samples one after the other.
  ///   - labels: the label of each.
  /// - Returns: `output` [rows, labels], `loss`, and `gradient.NAME` of each parameter.
  /// - Throws: ``TrainingError`` where there is not the memory.
  func probe(_ input: [Float], labels: [Int], team: ThreadTeam) throws(TrainingError) -> [Tensor] {
    try LinearAlgebra.prepare()
    let rows = labels.count
    try body.reserve(rows: rows, training: true, team: team)
    let held = try FloatStorage(count: input.count)
    held.fill(from: input)
    let pass = Pass(isTraining: true, team: team)
    let logits = body.forward(held.base, rows: rows, pass)
    let output = Array(UnsafeBufferPointer(start: logits, count: rows * labelCount))
    let outcome = CrossEntropy().apply(
      to: logits, rows: rows, labels: labelCount, target: { labels[$0] },
      distributions: [Float]().span)
    _ = body.backward(logits, rows: rows, needsInput: false, pass)
    // The first layer keeps the address of its input till here.
    withExtendedLifetime(held) {}
    return [
      Tensor("output", shape: [rows, labelCount], output),
      Tensor("loss", shape: [], [Float(outcome.loss)]),
    ]
      + parameters.map { Tensor("gradient.\($0.name)", shape: $0.shape, $0.gradient.array) }
  }
}
