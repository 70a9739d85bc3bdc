import Foundation
import Testing

@testable import Networks
@testable import Training

/// A multi-layer perceptron, its loss and its optimisers give PyTorch's numbers.
@Suite("The mathematics is PyTorch's")
struct TorchAgreementTests {
  let reference: ReferenceValues
  let team: ThreadTeam
  static let rows = 9
  static let labels = 3

  init() throws {
    reference = try ReferenceValues("training")
    team = try ThreadTeam(count: 2)
  }

  private func network() throws -> Network {
    let network = try FeatureNetwork(
      hidden: [6, 5, 4], dropout: 0, inputDropout: 0, transform: .none
    ).make(inputs: 7, labels: Self.labels, seed: 1).network
    for parameter in network.parameters {
      parameter.value.fill(from: try reference.floats("start.\(parameter.name)"))
    }
    try network.body.reserve(rows: Self.rows, training: true, team: team)
    return network
  }

  /// Sets the gradients; returns the loss.
  private func pass(
    _ network: Network, _ loss: CrossEntropy = CrossEntropy(), mixed: [Float] = []
  ) throws -> Double {
    let inputs = try reference.floats("inputs")
    let labels = try reference.integers("labels")
    let pass = Pass(isTraining: true, team: team)
    return inputs.withUnsafeBufferPointer { inputs in
      guard let start = inputs.baseAddress else { return 0 }
      let logits = network.body.forward(start, rows: Self.rows, pass)
      let outcome = loss.apply(
        to: logits, rows: Self.rows, labels: Self.labels, target: { labels[$0] },
        distributions: mixed.span)
      _ = network.body.backward(logits, rows: Self.rows, needsInput: false, pass)
      return outcome.loss
    }
  }

  @Test("Balanced weights, of which a label without samples has none")
  func balanced() {
    #expect(CrossEntropy.balanced([6, 2, 0, 4]) == [0.5, 1.5, 0, 0.75])
    #expect(CrossEntropy.balanced([3, 3]) == [1, 1] && CrossEntropy.balanced([]).isEmpty)
  }

  @Test("Outputs and probabilities")
  func outputs() throws {
    let network = try network()
    let inputs = try reference.floats("inputs")
    try inputs.withUnsafeBufferPointer { inputs in
      let logits = network.body.forward(
        try #require(inputs.baseAddress), rows: Self.rows, Pass(isTraining: false, team: team))
      try reference.expect(
        Array(UnsafeBufferPointer(start: logits, count: Self.rows * Self.labels)), equal: "outputs",
        tolerance: 1e-6)
      var probabilities: [Float] = []
      CrossEntropy.softmax(logits, rows: Self.rows, labels: Self.labels, into: &probabilities)
      for row in 0..<Self.rows {
        #expect(abs(probabilities[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-6)
      }
    }
  }

  @Test(
    "Losses and gradients",
    arguments: ["plain", "smoothed", "weighted", "mixed", "mixed-weighted"])
  func losses(_ name: String) throws {
    let network = try network()
    var loss = CrossEntropy()
    if name == "smoothed" || name == "mixed" { loss.smoothing = 0.1 }
    if name.hasSuffix("weighted") { loss.weights = try reference.floats("weights") }
    if name == "weighted" { loss.smoothing = 0.2 }
    let mixed = name.hasPrefix("mixed") ? try reference.floats("mixed") : []
    let value = try pass(network, loss, mixed: mixed)
    try reference.expect([Float(value)], equal: "loss.\(name)", tolerance: 1e-6)
    for parameter in network.parameters {
      try reference.expect(
        parameter.gradient.array, equal: "gradient.\(name).\(parameter.name)", tolerance: 1e-5)
    }
  }

  @Test(
    "Losses and gradients where a sample may have several labels",
    arguments: ["binary", "binary-smoothed", "binary-weighted"])
  func binaryLosses(_ name: String) throws {
    let network = try network()
    let inputs = try reference.floats("inputs")
    let tags = try reference.floats("tags")
    var loss = BinaryCrossEntropy()
    if name.hasSuffix("smoothed") { loss.smoothing = 0.2 }
    if name.hasSuffix("weighted") {
      loss.positiveWeights = try reference.floats("positive-weights")
    }
    let pass = Pass(isTraining: true, team: team)
    // As the reference stretches them: some logits are far beyond what an exponential bears.
    let stretch: [Float] = [1, 60, -60]
    let count = Self.rows * Self.labels
    let outcome = try inputs.withUnsafeBufferPointer { inputs in
      let logits = network.body.forward(
        try #require(inputs.baseAddress), rows: Self.rows, pass)
      for index in 0..<count { logits[index] *= stretch[index % Self.labels] }
      let outcome = Loss.anyLabels(loss).apply(
        to: logits, rows: Self.rows, labels: Self.labels, target: { _ in -1 },
        distributions: tags.span)
      for index in 0..<count { logits[index] *= stretch[index % Self.labels] }
      _ = network.body.backward(logits, rows: Self.rows, needsInput: false, pass)
      return outcome
    }
    let expected = Double(try #require(try reference.floats("loss.\(name)").first))
    #expect(abs(outcome.loss - expected) <= 1e-6 * expected)
    for parameter in network.parameters {
      let found = parameter.gradient.array
      let wanted = try reference.floats("gradient.\(name).\(parameter.name)")
      for (one, other) in zip(found, wanted) {
        #expect(abs(one - other) <= 1e-5 * max(1, abs(other)))
      }
    }
  }

  @Test("Probabilities of labels on their own, and weights of having one")
  func sigmoids() throws {
    let network = try network()
    let inputs = try reference.floats("inputs")
    var probabilities: [Float] = []
    try inputs.withUnsafeBufferPointer { inputs in
      let logits = network.body.forward(
        try #require(inputs.baseAddress), rows: Self.rows, Pass(isTraining: false, team: team))
      Loss.anyLabels(BinaryCrossEntropy()).appendProbabilities(
        of: logits, rows: Self.rows, labels: Self.labels, to: &probabilities)
    }
    try reference.expect(probabilities, equal: "probabilities", tolerance: 1e-6)
    #expect(BinaryCrossEntropy.sigmoid(-200) == 0 && BinaryCrossEntropy.sigmoid(200) == 1)
    #expect(BinaryCrossEntropy.balanced([1, 3, 0, 4], of: 4) == [3, 1.0 / 3, 1, 0])
  }

  @Test(
    "Ten steps of each optimiser",
    arguments: ["adamw", "adamw-betas", "sgd", "sgd-nesterov", "sgd-plain"], [false, true])
  func optimisers(_ name: String, clips: Bool) throws {
    let network = try network()
    var configuration = Optimiser.Configuration()
    configuration.rule = name.hasPrefix("adamw") ? .adamw : .sgd
    switch name {
    case "adamw": configuration.weightDecay = 0.05
    case "adamw-betas":
      (configuration.beta1, configuration.beta2, configuration.weightDecay) = (0.8, 0.95, 0)
    case "sgd": configuration.weightDecay = 0.01
    case "sgd-nesterov":
      (configuration.weightDecay, configuration.momentum) = (0.01, 0.8)
      configuration.isNesterov = true
    default: (configuration.weightDecay, configuration.momentum) = (0, 0)
    }
    if clips { configuration.largestNorm = 0.25 }
    let optimiser = try Optimiser(network.parameters, configuration)
    for _ in 0..<10 {
      _ = try pass(network)
      optimiser.step(rate: configuration.rule == .adamw ? 0.02 : 0.05, team: team)
    }
    for parameter in network.parameters {
      try reference.expect(
        parameter.value.array,
        equal: "after.\(name)\(clips ? "-clipped" : "").\(parameter.name)", tolerance: 2e-5)
    }
  }

  @Test("Learning rates of one cycle and of a cosine")
  func schedules() throws {
    var schedule = Schedule(shape: .oneCycle, peak: 0.3)
    for (step, rate) in try reference.doubles("rates.one-cycle").enumerated() {
      #expect(abs(schedule.rate(step: step, of: 41) - rate) < 1e-12, "step \(step)")
    }
    schedule.shape = .cosine
    for (step, rate) in try reference.doubles("rates.cosine").enumerated() {
      #expect(abs(schedule.rate(step: step, of: 40) - rate) < 1e-12, "step \(step)")
    }
  }

  @Test("Learning rates that fall when the loss doesn't, also after a resumption")
  func plateau() throws {
    var schedule = Schedule(shape: .plateau, peak: 0.3, patience: 2)
    let losses = try reference.doubles("losses")
    for (step, rate) in try reference.doubles("rates.plateau").enumerated() {
      #expect(abs(schedule.rate(step: step, of: 30) - rate) < 1e-12, "step \(step)")
      schedule.finishEpoch(loss: losses[step])
      var resumed = Schedule(shape: .plateau, peak: 0.3, patience: 2)
      resumed.resume(schedule.progress)
      schedule = resumed
    }
    #expect(schedule.reduction < 0.5, "the reference has more than one fall")
  }
}
