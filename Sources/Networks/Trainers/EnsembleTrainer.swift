import DataLoading
import Safetensors
import Training

/// Several networks of one kind, each with its own starting weights and dropout, trained on the
/// same batches; their mean probability is what is predicted.
///
/// Averaging independent networks takes away what each owes to chance (Lakshminarayanan, Pritzel,
/// Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles", NeurIPS
/// 2017). A checkpoint holds them under `members.0.`, `members.1.` and so on.
final class EnsembleTrainer: Trainer {
  private let members: [NetworkTrainer]

  /// These networks, at least one.
  init(_ members: [NetworkTrainer]) { self.members = members }

  var parameterCount: Int { members.reduce(0) { $0 + $1.parameterCount } }

  /// The mean loss of the members, and the mean of how many each had right.
  func train(
    on batch: borrowing Batch, at moment: TrainingMoment
  ) throws(TrainingError) -> StepResult {
    var sum = StepResult(loss: 0, correct: 0)
    for member in members {
      let result = try member.train(on: batch, at: moment)
      sum.loss += result.loss
      sum.correct += result.correct
      sum.learningRate = result.learningRate
    }
    sum.loss /= Double(members.count)
    sum.correct /= members.count
    return sum
  }

  func predict(
    _ batch: borrowing Batch, into probabilities: inout [Float]
  ) throws(TrainingError) {
    let start = probabilities.count
    for (index, member) in members.enumerated() {
      var own: [Float] = []
      try member.predict(batch, into: &own)
      if index == 0 {
        probabilities += own
      } else {
        for (offset, value) in own.enumerated() { probabilities[start + offset] += value }
      }
    }
    for offset in start..<probabilities.count { probabilities[offset] /= Float(members.count) }
  }

  private func prefix(_ index: Int) -> String { "members.\(index)." }

  func weights() -> [Tensor] {
    members.enumerated().flatMap { index, member in
      member.weights().map { $0.renamed(prefix(index) + $0.name) }
    }
  }

  func restore(weights: TensorFile) throws(TrainingError) {
    let known = members.indices.map(prefix)
    if let stray = weights.names.first(where: { name in !known.contains { name.hasPrefix($0) } }) {
      throw weights.mismatch(stray, "is not of this network")
    }
    try changeAllOrNone { index throws(TrainingError) in
      try members[index].restore(
        weights: TensorFile(weights.tensors(under: prefix(index)), path: weights.path))
    }
  }

  /// Changes every member; where one cannot be, all are as they were.
  private func changeAllOrNone(
    _ change: (Int) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    let before = members.map { ($0.weights(), $0.state()) }
    do throws(TrainingError) {
      for index in members.indices { try change(index) }
    } catch {
      for (member, (weights, state)) in zip(members, before) {
        try? member.restore(weights: TensorFile(weights))
        try? member.restore(state: state)
      }
      throw error
    }
  }

  func state() -> TrainerState {
    var all = TrainerState()
    for (index, member) in members.enumerated() {
      let own = member.state()
      all.tensors += own.tensors.map { $0.renamed(prefix(index) + $0.name) }
      for (key, value) in own.facts { all.facts[prefix(index) + key] = value }
    }
    return all
  }

  func restore(state: TrainerState) throws(TrainingError) {
    let file = TensorFile(state.tensors)
    try changeAllOrNone { index throws(TrainingError) in
      let prefix = prefix(index)
      var own = TrainerState(tensors: file.tensors(under: prefix))
      for (key, value) in state.facts where key.hasPrefix(prefix) {
        own.facts[String(key.dropFirst(prefix.count))] = value
      }
      try members[index].restore(state: own)
    }
  }

  func finishEpoch(_ result: EpochResult) {
    for member in members { member.finishEpoch(result) }
  }
}
