import DataLoading
import Foundation
import Safetensors

@testable import Training

/// Softmax regression with momentum: a trainer with weights, a state of its own and a schedule that
/// watches the loss, and that can be made to misbehave.
final class SoftmaxRegression: Trainer {
  /// What it does that no trainer should.
  enum Misdeed: Sendable, Hashable {
    case none
    /// A loss that is no number in a step, counted from 0.
    case diverges(step: Int)
    /// Weights that are no numbers from a step on, with losses as if nothing were.
    case spoilsWeights(step: Int)
    /// Another number of probabilities than samples times labels.
    case countsWrongly
    /// Probabilities that do not add up to 1.
    case addsUpWrongly
    /// Logits in the place of probabilities.
    case givesLogits
    /// More samples right than there were.
    case boasts
    /// Two tensors of one name.
    case namesAlike
  }

  let inputs: Int
  let labels: Int
  let misdeed: Misdeed
  /// Called before each step with its number.
  var onStep: (Int) throws -> Void = { _ in }
  private(set) var values: [Float]
  private var velocity: [Float]
  private var lowest = Double.infinity
  private var scale: Float = 1

  init(inputs: Int, labels: Int, misdeed: Misdeed = .none) {
    self.inputs = inputs
    self.labels = labels
    self.misdeed = misdeed
    values = [Float](repeating: 0, count: labels * (inputs + 1))
    velocity = values
  }

  var parameterCount: Int { values.count }

  func train(
    on batch: borrowing Batch, at moment: TrainingMoment
  ) throws(TrainingError) -> StepResult {
    do { try onStep(moment.step) } catch {
      throw error as? TrainingError
        ?? TrainingError(kind: .system, subject: "test", detail: "\(error)")
    }
    if misdeed == .diverges(step: moment.step) { return StepResult(loss: .nan, correct: 0) }
    var gradient = [Float](repeating: 0, count: values.count)
    var result = StepResult(loss: 0, correct: 0)
    for row in 0..<batch.count {
      let label = Int(batch.labels[row])
      let probabilities = softmax(batch, row)
      let isMixed = !batch.labelDistributions.isEmpty
      for index in 0..<labels {
        let target: Float =
          isMixed ? batch.labelDistributions[row * labels + index] : (index == label ? 1 : 0)
        result.loss -= Double(target * logf(max(1e-30, probabilities[index])))
        let slope = probabilities[index] - target
        for input in 0..<inputs {
          gradient[index * (inputs + 1) + input] += slope * batch.floats[row * inputs + input]
        }
        gradient[index * (inputs + 1) + inputs] += slope
      }
      if probabilities.firstIndex(of: probabilities.max() ?? 0) == label { result.correct += 1 }
    }
    result.loss /= Double(batch.count)
    result.learningRate = 0.5 * (1 - Double(moment.step) / Double(moment.steps))
    let rate = scale * Float(result.learningRate) / Float(batch.count)
    for index in values.indices {
      velocity[index] = 0.9 * velocity[index] + gradient[index]
      values[index] -= rate * velocity[index]
    }
    if case .spoilsWeights(let step) = misdeed, moment.step >= step { values[0] = .nan }
    if misdeed == .boasts { result.correct = batch.count + 1 }
    return result
  }

  private func softmax(_ batch: borrowing Batch, _ row: Int) -> [Float] {
    let logits = (0..<labels).map { label in
      (0..<inputs).reduce(values[label * (inputs + 1) + inputs]) {
        $0 + values[label * (inputs + 1) + $1] * batch.floats[row * inputs + $1]
      }
    }
    let largest = logits.max() ?? 0
    let powers = logits.map { expf($0 - largest) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  func predict(
    _ batch: borrowing Batch, into probabilities: inout [Float]
  ) throws(TrainingError) {
    for row in 0..<batch.count {
      var own = softmax(batch, row)
      if misdeed == .addsUpWrongly { own[0] += 0.1 }
      if misdeed == .givesLogits { own[0] = -3 }
      probabilities += own
    }
    if misdeed == .countsWrongly { probabilities.removeLast() }
  }

  func weights() -> [Tensor] {
    let all = [Tensor("layer.weight", shape: [labels, inputs + 1], values)]
    return misdeed == .namesAlike ? all + all : all
  }

  func restore(weights: TensorFile) throws(TrainingError) {
    values = try weights.floats("layer.weight", shape: [labels, inputs + 1])
  }

  func state() -> TrainerState {
    TrainerState(
      tensors: [Tensor("velocity", shape: [labels, inputs + 1], velocity)],
      facts: ["lowest": "\(lowest)", "scale": "\(scale)"])
  }

  func restore(state: TrainerState) throws(TrainingError) {
    velocity = try TensorFile(state.tensors).floats("velocity", shape: [labels, inputs + 1])
    lowest = state.facts["lowest"].flatMap { Double($0) } ?? .nan
    scale = state.facts["scale"].flatMap { Float($0) } ?? .nan
  }

  func finishEpoch(_ result: EpochResult) {
    let loss = result.selectionLoss ?? result.trainingLoss
    if loss >= lowest { scale *= 0.7 }
    lowest = min(lowest, loss)
  }
}

/// Predicts what it was told to, epoch by epoch: two labels, and the probability of the right one.
final class ScriptedTrainer: Trainer {
  private let probability: (_ epoch: Int, _ track: Int, _ slice: Int) -> Float
  private var epoch = 0

  init(_ probability: @escaping (_ epoch: Int, _ track: Int, _ slice: Int) -> Float) {
    self.probability = probability
  }

  let parameterCount = 1
  func train(
    on batch: borrowing Batch, at moment: TrainingMoment
  ) throws(TrainingError) -> StepResult {
    epoch = moment.epoch
    return StepResult(loss: 1, correct: 0)
  }
  func predict(
    _ batch: borrowing Batch, into probabilities: inout [Float]
  ) throws(TrainingError) {
    for row in 0..<batch.count {
      let right = probability(epoch, Int(batch.tracks[row]), Int(batch.slices[row]))
      probabilities += batch.labels[row] == 0 ? [right, 1 - right] : [1 - right, right]
    }
  }
  func weights() -> [Tensor] { [Tensor("epoch", shape: [1], [Float(epoch)])] }
  func restore(weights: TensorFile) throws(TrainingError) {
    epoch = Int(try weights.floats("epoch", shape: [1])[0])
  }
}
