public import Corpus
import Wording

/// The samples of a training: what is learnt from, and what it is measured by.
public struct TrainingSource: Sendable {
  /// A side that is predicted after each epoch.
  public struct Side: Sendable {
    /// Its name in the split.
    public let name: String
    /// Its samples.
    public let samples: any SampleSource

    /// A side of these parts.
    public init(_ name: String, _ samples: any SampleSource) {
      self.name = name
      self.samples = samples
    }
  }

  /// What is learnt from.
  public let training: any SampleSource
  /// What is predicted, in order.
  public let evaluated: [Side]
  /// The name of the side that the best epoch is chosen by; nil where the last one is to be the
  /// best.
  public let selection: String?

  /// - Throws: ``TrainingError/Kind/data`` where there are fewer than two labels to tell apart, a
  ///   side is empty, or sides do not have the same labels and shape; `.configuration` where a side
  ///   is given twice or the selecting side is not among them.
  public init(
    training: any SampleSource, evaluated: [Side], selection: String? = nil
  ) throws(TrainingError) {
    try Self.checkLabels(of: training)
    let names = evaluated.map(\.name)
    if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
      throw TrainingError(
        kind: .configuration, subject: "side '\(names[twice])'",
        detail: "it is to be predicted twice", hint: "give each side once")
    }
    if let selection, !names.contains(selection) {
      throw TrainingError(
        kind: .configuration, subject: "side '\(selection)'",
        detail: "it is to choose the best epoch, and is not predicted",
        hint: "give it among the sides to be predicted")
    }
    if let empty = evaluated.first(where: { $0.samples.count == 0 }) {
      throw TrainingError(
        kind: .data, subject: empty.samples.name, detail: "there are no samples",
        hint: "leave the side out, or take another split")
    }
    for side in evaluated
    where side.samples.labels != training.labels || side.samples.shape != training.shape
      || side.samples.isTagged != training.isTagged
    {
      throw TrainingError(
        kind: .data, subject: side.samples.name,
        detail: "its labels or its shape are not those of \(training.name)",
        hint: "take all sides from one cache and view")
    }
    self.training = training
    self.evaluated = evaluated
    self.selection = selection
  }

  /// How many training samples have each label.
  public var labelCounts: [Int] { Self.labelCounts(of: training) }

  private static func labelCounts(of samples: any SampleSource) -> [Int] {
    var counts = [Int](repeating: 0, count: samples.labels.count)
    for sample in 0..<samples.count {
      samples.forEachLabel(of: sample) { label, _ in counts[label] += 1 }
    }
    return counts
  }

  private static func checkLabels(of samples: any SampleSource) throws(TrainingError) {
    let counts = labelCounts(of: samples)
    let present = counts.indices.filter { counts[$0] > 0 }
    let isEnough =
      samples.isTagged
      ? present.contains { counts[$0] < samples.count } : present.count > 1
    if isEnough { return }
    let names = present.map { "'\(samples.labels[$0])'" }
    throw TrainingError(
      kind: .data, subject: samples.name,
      detail: samples.count == 0
        ? "there are no samples"
        : names.isEmpty
          ? "no sample has a label" : "all samples have the label \(Words.list(names, atMost: 8))",
      hint: samples.isTagged
        ? "a classifier needs samples with a label and samples without it to learn from"
        : "a classifier needs samples of two labels or more to learn from")
  }

  /// A side that has no sample of some labels.
  public struct LackingSide: Sendable, Hashable {
    /// Its name; nil for the training side, where what is missing cannot be learnt, and not only
    /// not measured.
    public let name: String?
    /// The labels, in order.
    public let labels: [String]
  }

  /// The sides that lack labels: the training side, then the others in order.
  public var lackingSides: [LackingSide] {
    let sides = [(nil, training)] + evaluated.map { ($0.name, $0.samples) }
    return sides.compactMap { (name: String?, samples: any SampleSource) in
      let counts = Self.labelCounts(of: samples)
      let labels = counts.indices.filter { counts[$0] == 0 }.map { samples.labels[$0] }
      return labels.isEmpty ? nil : LackingSide(name: name, labels: labels)
    }
  }
}
