import Glibc

/// Sigmoid and binary cross-entropy of each label on its own, as
/// `torch.nn.functional.binary_cross_entropy_with_logits(pos_weight:)` with mean reduction: the mean over rows and
/// labels. Targets are weights from 0 to 1.
struct BinaryCrossEntropy {
  /// The share of each target that is spread over both answers, 0 to below 1: y becomes y (1 − s) + s / 2.
  var smoothing: Float = 0
  /// What having each label counts, not having it being 1; empty for 1 each.
  var positiveWeights: [Float] = []

  /// Weights under which having a label and not having it count alike: samples without it / samples with it. A label
  /// that no sample has weighs 1.
  static func balanced(_ counts: [Int], of samples: Int) -> [Float] {
    counts.map { $0 > 0 ? Float(Double(samples - $0) / Double($0)) : 1 }
  }

  /// The loss of a batch; its derivative by the logits takes their place.
  ///
  /// With the target y, the weight p of having the label and w = 1 + (p − 1) y the loss of a logit x is
  /// (1 − y) x + w (log(1 + e^−|x|) + max(−x, 0)), which no x lets overflow, and its derivative (1 − y) − w σ(−x).
  ///
  /// - Parameters:
  ///   - logits: [rows, labels].
  ///   - targets: likewise.
  func apply(
    to logits: UnsafeMutablePointer<Float>, rows: Int, labels: Int, targets: Span<Float>
  ) -> Loss.Outcome {
    var outcome = Loss.Outcome()
    let scale = 1 / Double(max(1, rows * labels))
    for row in 0..<rows {
      var isRight = true
      for label in 0..<labels {
        let index = row * labels + label
        let value = Double(logits[index])
        let given = targets[index]
        if (value >= 0) != (given > 0) { isRight = false }
        let target = Double(given * (1 - smoothing) + smoothing / 2)
        let positive = positiveWeights.isEmpty ? 1 : Double(positiveWeights[label])
        let weight = 1 + (positive - 1) * target
        outcome.loss += (1 - target) * value + weight * (log1p(exp(-abs(value))) + max(-value, 0))
        let slope = (1 - target) - weight * Self.sigmoid(-value)
        logits[index] = Float(slope * scale)
      }
      if isRight { outcome.correct += 1 }
    }
    outcome.loss *= scale
    return outcome
  }

  /// 1 / (1 + e^−x), without overflow.
  private static func sigmoid(_ value: Double) -> Double {
    let power = exp(-abs(value))
    return value >= 0 ? 1 / (1 + power) : power / (1 + power)
  }

  /// The probability that a logit stands for.
  static func sigmoid(_ logit: Float) -> Float { Float(sigmoid(Double(logit))) }
}
