import Wording

/// How often each label was taken for each: rows are true labels, columns predicted ones.
///
/// As JSON a list of rows, `[[9, 1], [0, 10]]`.
public struct ConfusionMatrix: Sendable, Hashable {
  /// The counts, row by row.
  public private(set) var counts: [[Int]]

  /// An empty matrix.
  /// - Parameter labels: how many labels there are.
  public init(labels: Int) {
    counts = Array(repeating: Array(repeating: 0, count: max(0, labels)), count: max(0, labels))
  }

  /// A matrix of counts.
  /// - Throws: ``TrainingError`` `.data` where it is not square, a count is below 0, or the counts
  ///   add up to more than 2^53, from where on shares of them would be rounded.
  public init(counts: [[Int]]) throws(TrainingError) {
    var total = 0
    for row in counts {
      guard row.count == counts.count else {
        throw Self.failure("it has \(Words.counted(counts.count, "row")) and a row of \(row.count)")
      }
      for count in row {
        guard count >= 0 else { throw Self.failure("a count is \(count)") }
        guard count <= 1 << 53, total + count <= 1 << 53 else {
          throw Self.failure("the counts add up to more than 2^53")
        }
        total += count
      }
    }
    self.counts = counts
  }

  private static func failure(_ detail: String) -> TrainingError {
    TrainingError(
      kind: .data, subject: "confusion matrix", detail: detail,
      hint: "give a row for each true label, a column for each predicted one")
  }

  /// How many labels there are.
  public var labels: Int { counts.count }
  /// How many were counted.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// How many were right.
  public var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }
  /// The share that was right; 0 where nothing was counted.
  public var accuracy: Double { Self.share(correct, of: total) ?? 0 }

  /// Counts one.
  /// - Parameters:
  ///   - label: the true label, 0 up to ``labels``; what is outside counts as nothing.
  ///   - predicted: likewise.
  public mutating func add(label: Int, predicted: Int) {
    guard counts.indices.contains(label), counts.indices.contains(predicted) else { return }
    counts[label][predicted] += 1
  }

  /// How many have this label.
  public func support(_ label: Int) -> Int { counts[label].reduce(0, +) }
  /// How many were taken for this label.
  public func predictions(_ label: Int) -> Int { counts.reduce(0) { $0 + $1[label] } }

  /// The share of what has the label that was taken for it; nil where nothing has it.
  public func recall(_ label: Int) -> Double? {
    Self.share(counts[label][label], of: support(label))
  }

  /// The share of what was taken for the label that has it; nil where nothing was taken for it.
  public func precision(_ label: Int) -> Double? {
    Self.share(counts[label][label], of: predictions(label))
  }

  /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); nil where the label
  /// neither occurs nor is predicted.
  public func f1(_ label: Int) -> Double? {
    Self.share(2 * counts[label][label], of: support(label) + predictions(label))
  }

  /// The mean of ``f1(_:)`` over the labels that occur or are predicted; 0 where none does.
  ///
  /// A label that does neither says nothing about a classifier and is left out, as by
  /// `sklearn.metrics.f1_score(average="macro", zero_division=0)`.
  public var macroF1: Double {
    let scores = counts.indices.compactMap(f1)
    return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
  }

  /// The counts of both, label by label; nil where the numbers of labels differ.
  public func adding(_ other: ConfusionMatrix) -> ConfusionMatrix? {
    guard labels == other.labels else { return nil }
    var sum = self
    for row in counts.indices {
      for column in counts.indices { sum.counts[row][column] += other.counts[row][column] }
    }
    return sum
  }

  private static func share(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}

extension ConfusionMatrix: Codable {
  /// Reads and checks a list of rows.
  /// - Throws: `DecodingError` for another form, ``TrainingError`` for wrong counts.
  public init(from decoder: any Decoder) throws {
    try self.init(counts: decoder.singleValueContainer().decode([[Int]].self))
  }

  /// Writes the list of rows.
  /// - Throws: `EncodingError` where the encoder cannot hold it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(counts)
  }
}
