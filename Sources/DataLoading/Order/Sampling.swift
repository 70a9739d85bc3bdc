/// In which proportion the samples of a loader come.
public enum Sampling: Sendable, Hashable {
  /// Each sample once before any comes again.
  case uniform
  /// Each label that has samples equally often; within a label each sample once before any comes again.
  case balanced
  /// Each label in proportion to its weight, those that are not named with weight 1; within a label each
  /// sample once before any comes again. A weight of 0 leaves a label out.
  case labels([String: Double])
  /// Samples drawn with replacement, each in proportion to the weight of its track, by track id; tracks
  /// that are not named weigh 1.
  case tracks([String: Double])
}

/// `"uniform"`, `"balanced"`, `{"labels": {"blues": 2}}` or `{"tracks": {"blues.00000": 0}}`.
extension Sampling: Codable {
  private enum Key: String, CodingKey {
    case labels, tracks
  }

  /// Reads one of the four forms.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      switch name {
      case "uniform": self = .uniform
      case "balanced": self = .balanced
      default:
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "sampling \"\(name)\" is neither uniform nor balanced"))
      }
      return
    }
    let container = try decoder.container(keyedBy: Key.self)
    guard container.allKeys.count == 1, let key = container.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "sampling takes weights of either labels or tracks"))
    }
    let weights = try container.decode([String: Double].self, forKey: key)
    self = key == .labels ? .labels(weights) : .tracks(weights)
  }

  /// Writes the form that ``init(from:)`` reads.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .uniform, .balanced:
      var container = encoder.singleValueContainer()
      try container.encode(self == .uniform ? "uniform" : "balanced")
    case .labels(let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .labels)
    case .tracks(let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .tracks)
    }
  }
}
