public import Corpus

/// What samples a trainer takes, by the number of their axes and what runs along them.
public enum TrainerInput: String, Sendable, Hashable, CaseIterable {
  /// Numbers without an order that matters: features, embeddings.
  case vector
  /// One signal along time, of any length; of several channels where they lie side by side,
  /// [instants, channels].
  case signal
  /// Two axes, such as frequency and time, of any size; of several channels where those are the
  /// axis in front.
  case picture

  /// Whether samples are such; where the source does not say what runs along a single axis, it may
  /// be either. An axis of channels, first or last, makes no picture of a signal.
  ///
  /// - Parameters:
  ///   - shape: the lengths of the axes of a sample.
  ///   - axes: what runs along them; empty where that is not known.
  public func takes(_ shape: [Int], axes: [SampleAxis]) -> Bool {
    let hasChannelsFirst = axes.first?.isChannel == true
    let hasChannelsLast = axes.last?.isChannel == true
    switch self {
    case .vector: return shape.count == 1 && axes.first?.isTime != true
    case .signal:
      return shape.count == (hasChannelsLast ? 2 : 1) && axes.first?.isTime != false
    case .picture: return shape.count == (hasChannelsFirst ? 3 : 2) && !hasChannelsLast
    }
  }

  /// What it takes, for messages.
  public var words: String {
    switch self {
    case .vector: "samples of one axis, such as features or embeddings"
    case .signal: "samples along time, such as waveforms"
    case .picture: "samples of two axes, such as spectrograms"
    }
  }
}
