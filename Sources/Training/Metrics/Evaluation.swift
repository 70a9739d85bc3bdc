import Wording
import Glibc

/// Gathers predictions of slices that have one label each and makes the metrics of a side from them.
///
/// A track's prediction is a vote of its slices: the mean of their probabilities, the label with
/// the highest mean, the lowest such label where several have it. A mean of 32-bit probabilities is
/// held in 64 bits, so that it does not depend on the order in which the slices come.
public struct Evaluation: Sendable {
  private struct Track {
    let label: Int
    var sums: [Double]
    var slices: Set<Int>
  }

  /// How many labels there are.
  public let labels: Int
  /// How many slices were added.
  public private(set) var slices = 0
  private let name: @Sendable (Int) -> String
  private var tracks: [Int: Track] = [:]
  private var sliceMatrix: ConfusionMatrix
  private var loss = 0.0

  /// An evaluation without predictions.
  /// - Parameters:
  ///   - labels: how many labels there are.
  ///   - name: the id of a track for messages, such as `SampleSource.trackID(_:)`.
  public init(
    labels: Int, name: @escaping @Sendable (Int) -> String = { "track \($0)" }
  ) {
    self.labels = labels
    self.name = name
    sliceMatrix = ConfusionMatrix(labels: labels)
  }

  /// How far the probabilities of a slice may be from a sum of 1: half precision needs as much.
  private static let tolerance = 0.01

  /// Adds the prediction of a slice.
  ///
  /// - Parameters:
  ///   - track: its track, any number that tells tracks apart.
  ///   - slice: which of the track's slices it is.
  ///   - label: its true label.
  ///   - probabilities: one of each label, 0 to 1, adding up to 1 within 0.01.
  /// - Throws: ``TrainingError``: `.data` that names track and slice for a label or a probability
  ///   out of range, a slice that was added already, or another label than the track's other
  ///   slices; `.diverged` where a probability is not a number. Nothing is added then.
  public mutating func add(
    track: Int, slice: Int, label: Int, probabilities: some Collection<Float>
  ) throws(TrainingError) {
    func failure(
      _ detail: String, _ hint: String, kind: TrainingError.Kind = .data
    ) -> TrainingError {
      TrainingError(
        kind: kind, subject: "prediction of \(name(track)), slice \(slice)", detail: detail,
        hint: hint)
    }
    guard (0..<labels).contains(label) else {
      throw failure("its label is \(label)", "labels are 0 to \(labels - 1)")
    }
    guard probabilities.count == labels else {
      throw failure(
        "\(Words.counted(probabilities.count, "probability", "probabilities")) "
          + "for \(Words.counted(labels, "label"))",
        "give one of each label")
    }
    var sum = 0.0
    var best = 0
    var highest = -Float.infinity
    var ofLabel: Float = 0
    for (index, probability) in probabilities.enumerated() {
      guard probability.isFinite else {
        throw failure(
          "the probability of label \(index) is \(probability)",
          "the network has diverged: lower the learning rate", kind: .diverged)
      }
      guard probability >= 0 else {
        throw failure(
          "the probability of label \(index) is \(probability)", "give probabilities, not logits")
      }
      sum += Double(probability)
      if probability > highest { (best, highest) = (index, probability) }
      if index == label { ofLabel = probability }
    }
    guard abs(sum - 1) <= Self.tolerance else {
      throw failure("the probabilities add up to \(sum)", "they must add up to 1, as of a softmax")
    }
    var entry =
      tracks[track] ?? Track(label: label, sums: [Double](repeating: 0, count: labels), slices: [])
    guard entry.label == label else {
      throw failure(
        "its label is \(label), its track's other slices have \(entry.label)",
        "all slices of a track have its label")
    }
    guard entry.slices.insert(slice).inserted else {
      throw failure("it was predicted twice", "predict every slice of the side once")
    }
    for (index, probability) in probabilities.enumerated() {
      entry.sums[index] += Double(probability)
    }
    tracks[track] = entry
    slices += 1
    sliceMatrix.add(label: label, predicted: best)
    // What a Float shows as 0 is below its smallest number, but not impossible.
    loss -= Glibc.log(Double(max(ofLabel, .leastNonzeroMagnitude)))
  }

  /// Nothing was predicted.
  static var nothing: TrainingError {
    TrainingError(
      kind: .data, subject: "evaluation", detail: "no slice was predicted",
      hint: "take a side that has samples")
  }

  /// The metrics of what was added.
  /// - Throws: ``TrainingError`` `.data` where nothing was.
  public func finish() throws(TrainingError) -> SideEvaluation {
    guard slices > 0 else { throw Self.nothing }
    var matrix = ConfusionMatrix(labels: labels)
    for track in tracks.values {
      // The first of equal maxima: max(by:) would take the last.
      var best = 0
      for index in track.sums.indices where track.sums[index] > track.sums[best] { best = index }
      matrix.add(label: track.label, predicted: best)
    }
    let interval = WilsonInterval.bounds(successes: matrix.correct, trials: tracks.count)
    return SideEvaluation(
      metrics: SideMetrics(
        loss: loss / Double(slices), sliceAccuracy: sliceMatrix.accuracy,
        trackAccuracy: matrix.accuracy,
        trackInterval: [interval.lowerBound, interval.upperBound], macroF1: matrix.macroF1,
        slices: slices, tracks: tracks.count),
      trackConfusion: matrix, sliceConfusion: sliceMatrix)
  }
}
