import Safetensors
import Training

/// Layers one after the other.
final class Sequential: Layer {
  let layers: [any Layer]
  private let inputShape: [Int]

  /// These layers, the first of which takes samples of `inputShape`.
  init(inputShape: [Int], _ layers: [any Layer]) {
    self.inputShape = inputShape
    self.layers = layers
  }

  var outputShape: [Int] { layers.last?.outputShape ?? inputShape }
  var parameters: [Parameter] { layers.flatMap(\.parameters) }
  var statistics: [RunningStatistic] { layers.flatMap(\.statistics) }
  /// Before the first layer that learns, nobody asks for a derivative.
  private var firstLearning: Int {
    layers.firstIndex { !$0.parameters.isEmpty } ?? layers.count
  }

  func trainingOperations(needsInput: Bool) -> Int {
    let first = firstLearning
    return layers.enumerated().reduce(0) { total, item in
      total + item.element.trainingOperations(needsInput: needsInput || item.offset > first)
    }
  }

  func reserve(rows: Int, training: Bool, team: ThreadTeam) throws(TrainingError) {
    for layer in layers { try layer.reserve(rows: rows, training: training, team: team) }
  }

  func forward(
    _ input: UnsafePointer<Float>, rows: Int, _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    var last = UnsafeMutablePointer(mutating: input)
    for layer in layers {
      last = pass.team.times.section(layer.title) { layer.forward(last, rows: rows, pass) }
    }
    return last
  }

  func backward(
    _ gradient: UnsafeMutablePointer<Float>, rows: Int, needsInput: Bool, _ pass: Pass
  ) -> UnsafeMutablePointer<Float>? {
    let first = firstLearning
    var last: UnsafeMutablePointer<Float>? = gradient
    for (index, layer) in layers.enumerated().reversed() {
      guard let given = last, needsInput || index >= first else { return nil }
      last = pass.team.times.section(layer.title, isBackward: true) {
        layer.backward(given, rows: rows, needsInput: needsInput || index > first, pass)
      }
    }
    return needsInput ? last : nil
  }

  func choices(rows: Int) -> [Tensor] { layers.flatMap { $0.choices(rows: rows) } }
}
