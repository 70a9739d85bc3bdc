/// What a network's outputs are compared with, and how they become probabilities.
enum Loss {
  /// Each sample has one label: softmax and cross-entropy.
  case oneLabel(CrossEntropy)
  /// A sample may have any number of labels: sigmoid and binary cross-entropy.
  case anyLabels(BinaryCrossEntropy)

  /// What a batch came to.
  struct Outcome {
    var loss = 0.0
    var correct = 0
  }

  /// The loss of a batch; its derivative by the logits takes their place.
  ///
  /// - Parameters:
  ///   - logits: [rows, labels].
  ///   - target: the label of a row, where it has one.
  ///   - distributions: for each row the weight of each label; empty where each row has one and none are mixed.
  func apply(
    to logits: UnsafeMutablePointer<Float>, rows: Int, labels: Int, target: (Int) -> Int,
    distributions: Span<Float>
  ) -> Outcome {
    switch self {
    case .oneLabel(let loss):
      loss.apply(
        to: logits, rows: rows, labels: labels, target: target, distributions: distributions)
    case .anyLabels(let loss):
      loss.apply(to: logits, rows: rows, labels: labels, targets: distributions)
    }
  }

  /// Appends the probabilities that logits stand for.
  func appendProbabilities(
    of logits: UnsafePointer<Float>, rows: Int, labels: Int, to probabilities: inout [Float]
  ) {
    switch self {
    case .oneLabel:
      CrossEntropy.softmax(logits, rows: rows, labels: labels, into: &probabilities)
    case .anyLabels:
      for index in 0..<rows * labels {
        probabilities.append(BinaryCrossEntropy.sigmoid(logits[index]))
      }
    }
  }
}
