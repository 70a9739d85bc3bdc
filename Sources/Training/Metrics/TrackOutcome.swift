/// What a track was taken for, by the vote of its slices.
public struct TrackOutcome: Sendable, Hashable {
  /// The track's id.
  public let track: String
  /// Its label.
  public let label: Int
  /// What it was taken for.
  public let predicted: Int
  /// The mean of its slices' probabilities of that, 0 to 1.
  public let probability: Double

  /// An outcome of these parts.
  public init(track: String, label: Int, predicted: Int, probability: Double) {
    self.track = track
    self.label = label
    self.predicted = predicted
    self.probability = probability
  }

  /// Whether it was taken for what it is.
  public var isRight: Bool { label == predicted }
}
