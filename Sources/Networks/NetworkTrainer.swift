import CKernels
import Corpus
package import DataLoading
package import Safetensors
package import Training

/// Trains a network with cross-entropy (where samples may have several labels, of each label on its own) and an optimiser, on threads of its own.
package final class NetworkTrainer: Trainer {
  /// What is chosen about a training beside the network itself.
  struct Configuration {
    var optimiser = Optimiser.Configuration()
    var schedule = Schedule()
    /// The share of the steps in which the rate rises, where the schedule takes one.
    var warmUp = 0.0
    var smoothing = 0.0
    /// Whether rare labels count more; see ``CrossEntropy/balanced(_:)`` and
    /// ``BinaryCrossEntropy/balanced(_:of:)``.
    var balancesLabels = false
    /// How much of the running average of the weights each step keeps; 0 for no average.
    var averaging = 0.0
    var seed: UInt64 = 1
  }

  let network: Network
  private let configuration: Configuration
  private let optimiser: Optimiser?
  private var schedule: Schedule
  private let loss: Loss
  let team: ThreadTeam
  private let averages: [FloatStorage]
  private let labels: Int

  /// - Parameters:
  ///   - network: with one logit a label of the setting.
  ///   - setting: threads, batch size, labels.
  /// - Throws: ``TrainingError`` where memory or threads cannot be had, or OpenBLAS is broken.
  init(
    _ network: Network, _ setting: TrainerSetting, _ configuration: Configuration
  ) throws(TrainingError) {
    try LinearAlgebra.prepare()
    self.network = network
    self.configuration = configuration
    labels = setting.labels.count
    schedule = configuration.schedule
    team = try ThreadTeam(count: setting.threads)
    loss = configuration.loss(setting)
    var averages: [FloatStorage] = []
    if setting.isForPrediction {
      optimiser = nil
    } else {
      optimiser = try Optimiser(network.parameters, configuration.optimiser)
      if configuration.averaging > 0 {
        for parameter in network.parameters {
          averages.append(try FloatStorage(count: parameter.count))
          averages.last?.fill(from: parameter.value.array)
        }
      }
    }
    self.averages = averages
    try network.body.reserve(
      rows: setting.batchSize, training: !setting.isForPrediction, team: team)
    // All else is there; the first thread has its buffer since the library was checked.
    try LinearAlgebra.requireRoom(threads: team.count - 1)
  }

  package var parameterCount: Int { network.parameterCount }

  package func train(
    on batch: borrowing Batch, at moment: TrainingMoment
  ) throws(TrainingError) -> StepResult {
    if configuration.warmUp > 0, schedule.warmUpSteps == 0 {
      schedule.warmUpSteps = max(1, Int(configuration.warmUp * Double(moment.steps)))
    }
    let outcome = gradients(of: batch, step: moment.step)
    let rate = schedule.rate(step: moment.step, of: moment.steps)
    // Weights that a loss without a value would spoil stay as they were.
    if outcome.loss.isFinite {
      team.times.section("optimiser") {
        _ = optimiser?.step(rate: rate, team: team)
        average(after: moment.step)
      }
    }
    return StepResult(loss: outcome.loss, correct: outcome.correct, learningRate: rate)
  }

  /// Sets all gradients.
  func gradients(of batch: borrowing Batch, step: Int) -> Loss.Outcome {
    let pass = Pass(isTraining: true, team: team, seed: configuration.seed, step: step)
    let rows = batch.count
    return batch.floats.withUnsafeBufferPointer { inputs in
      guard let inputs = inputs.baseAddress else { return Loss.Outcome() }
      let logits = network.body.forward(inputs, rows: rows, pass)
      let outcome = team.times.section("loss") { cost(of: batch, logits) }
      _ = network.body.backward(logits, rows: rows, needsInput: false, pass)
      return outcome
    }
  }

  /// The loss; its derivative takes the logits' place.
  private func cost(
    of batch: borrowing Batch, _ logits: UnsafeMutablePointer<Float>
  ) -> Loss.Outcome {
    let labels = batch.labels
    let distributions = batch.labelDistributions
    return loss.apply(
      to: logits, rows: batch.count, labels: self.labels, target: { Int(labels[$0]) },
      distributions: distributions)
  }

  private func average(after step: Int) {
    guard !averages.isEmpty else { return }
    // At the beginning the average is over the steps so far, so that the first weights don't
    // linger.
    let kept = min(configuration.averaging, Double(step + 1) / Double(step + 10))
    for (parameter, average) in zip(network.parameters, averages) {
      team.divide(parameter.count, atLeast: 1 << 16) {
        lathe_average(
          parameter.value.base + $0.lowerBound, Float(1 - kept), average.base + $0.lowerBound,
          $0.count)
      }
    }
  }

  package func predict(
    _ batch: borrowing Batch, into probabilities: inout [Float]
  ) throws(TrainingError) {
    exchangeAverages()
    defer { exchangeAverages() }
    let rows = batch.count
    batch.floats.withUnsafeBufferPointer { inputs in
      guard let inputs = inputs.baseAddress else { return }
      let logits = network.body.forward(inputs, rows: rows, Pass(isTraining: false, team: team))
      loss.appendProbabilities(of: logits, rows: rows, labels: labels, to: &probabilities)
    }
  }

  /// Puts the averages in the place of the weights, or back.
  private func exchangeAverages() {
    for (parameter, average) in zip(network.parameters, averages) {
      parameter.value.exchange(with: average)
    }
  }

  package func weights() -> [Tensor] {
    network.tensors(averages.isEmpty ? nil : averages)
  }

  package func restore(weights: TensorFile) throws(TrainingError) {
    try network.restore(weights)
    for (parameter, average) in zip(network.parameters, averages) {
      average.fill(from: parameter.value.array)
    }
  }

  package func state() -> TrainerState {
    var tensors = (optimiser?.moments ?? []).map {
      Tensor($0.name, shape: $0.parameter.shape, Array($0.value.span.prefix($0.parameter.count)))
    }
    if !averages.isEmpty {
      // The weights of a checkpoint are the averages; these are what the next step moves.
      tensors += network.parameters.map {
        Tensor("raw.\($0.name)", shape: $0.shape, $0.value.array)
      }
    }
    return TrainerState(
      tensors: tensors,
      facts: ["optimiserSteps": "\(optimiser?.steps ?? 0)", "plateau": schedule.progress])
  }

  package func restore(state: TrainerState) throws(TrainingError) {
    let file = TensorFile(state.tensors, path: "state.safetensors")
    var floats: [(FloatStorage, [Float])] = []
    for (name, parameter, value) in optimiser?.moments ?? [] {
      floats.append((value, try file.floats(name, shape: parameter.shape)))
    }
    for parameter in averages.isEmpty ? [] : network.parameters {
      floats.append(
        (parameter.value, try file.floats("raw.\(parameter.name)", shape: parameter.shape)))
    }
    var schedule = schedule
    guard let steps = state.facts["optimiserSteps"].flatMap({ Int($0) }), steps >= 0,
      schedule.resume(state.facts["plateau"] ?? "")
    else {
      throw TrainingError(
        kind: .checkpoint, subject: file.path,
        detail: "it does not say how far optimiser and schedule are",
        hint: "it is damaged or was not written by lathe: train again into a new folder")
    }
    for (storage, values) in floats { storage.fill(from: values) }
    optimiser?.resume(steps: steps)
    self.schedule = schedule
  }

  package func finishEpoch(_ result: EpochResult) {
    schedule.finishEpoch(loss: result.selectionLoss ?? result.trainingLoss)
  }
}

extension NetworkTrainer.Configuration {
  /// The loss for samples such as those of a setting.
  fileprivate func loss(_ setting: TrainerSetting) -> Loss {
    let counts = setting.labelCounts
    if setting.isTagged {
      let weights =
        balancesLabels
        ? BinaryCrossEntropy.balanced(counts, of: setting.training?.count ?? 0) : []
      return .anyLabels(
        BinaryCrossEntropy(smoothing: Float(smoothing), positiveWeights: weights))
    }
    return .oneLabel(
      CrossEntropy(
        smoothing: Float(smoothing),
        weights: balancesLabels ? CrossEntropy.balanced(counts) : []))
  }
}
