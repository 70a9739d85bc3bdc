import Glibc
import Training

/// Softmax and cross-entropy, as `torch.nn.CrossEntropyLoss(weight:, label_smoothing:)` with mean
/// reduction, for labels and, with mixup, for distributions over labels.
struct CrossEntropy {
  /// The share of each target that is spread over all labels, 0 to below 1.
  var smoothing: Float = 0
  /// What each label counts; empty for 1 each.
  var weights: [Float] = []

  /// Weights under which all labels count alike: samples / (labels × samples of the label), as
  /// scikit-learn's `class_weight="balanced"`. A label without samples weighs nothing: smoothing
  /// would draw every sample to it.
  static func balanced(_ counts: [Int]) -> [Float] {
    let total = Double(counts.reduce(0, +))
    return counts.map { $0 > 0 ? Float(total / (Double(counts.count) * Double($0))) : 0 }
  }

  /// The loss of a batch; its derivative by the logits takes their place.
  ///
  /// - Parameters:
  ///   - logits: [rows, labels].
  ///   - target: the label of a row.
  ///   - distributions: for each row the share of each label; empty where labels are not mixed.
  func apply(
    to logits: UnsafeMutablePointer<Float>, rows: Int, labels: Int, target: (Int) -> Int,
    distributions: Span<Float>
  ) -> Loss.Outcome {
    let isMixed = !distributions.isEmpty
    var total = Double(rows)
    if !isMixed, !weights.isEmpty {
      total = (0..<rows).reduce(0) { $0 + Double(weights[target($1)]) }
    }
    var outcome = Loss.Outcome()
    var targets = [Float](repeating: 0, count: labels)
    for row in 0..<rows {
      let values = logits + row * labels
      let label = target(row)
      for index in 0..<labels {
        let given = isMixed ? distributions[row * labels + index] : (index == label ? 1 : 0)
        let smoothed = given * (1 - smoothing) + smoothing / Float(labels)
        targets[index] = smoothed * (weights.isEmpty ? 1 : weights[index])
      }
      let right = isMixed ? Self.largest(targets) : label
      if Self.largest(UnsafeBufferPointer(start: values, count: labels)) == right {
        outcome.correct += 1
      }
      let logOfSum = Self.logOfSum(values, labels)
      var mass: Float = 0
      for index in 0..<labels where targets[index] != 0 {
        outcome.loss -= Double(targets[index]) * (Double(values[index]) - logOfSum)
        mass += targets[index]
      }
      let scale = Float(1 / total)
      for index in 0..<labels {
        let probability = expf(values[index] - Float(logOfSum))
        values[index] = (probability * mass - targets[index]) * scale
      }
    }
    outcome.loss /= total
    return outcome
  }

  /// Appends the probabilities that logits stand for.
  static func softmax(
    _ logits: UnsafePointer<Float>, rows: Int, labels: Int, into probabilities: inout [Float]
  ) {
    for row in 0..<rows {
      let values = logits + row * labels
      let largest = (0..<labels).reduce(-Float.infinity) { max($0, values[$1]) }
      let start = probabilities.count
      var sum: Float = 0
      for index in 0..<labels {
        let value = expf(values[index] - largest)
        sum += value
        probabilities.append(value)
      }
      for index in start..<probabilities.count { probabilities[index] /= sum }
    }
  }

  private static func logOfSum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    let largest = (0..<count).reduce(-Float.infinity) { max($0, values[$1]) }
    let sum = (0..<count).reduce(0.0) { $0 + exp(Double(values[$1] - largest)) }
    return Double(largest) + log(sum)
  }

  private static func largest(_ values: some Collection<Float>) -> Int {
    var best = (index: 0, value: -Float.infinity)
    for (index, value) in values.enumerated() where value > best.value { best = (index, value) }
    return best.index
  }
}
