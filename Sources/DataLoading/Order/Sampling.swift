public import Corpus

/// In which proportion the samples of a loader come.
public enum Sampling: Sendable, Hashable {
  /// Each sample once before any comes again.
  case uniform
  /// Each label that has samples equally often; within a label each sample once before any comes
  /// again.
  case balanced
  /// Each label in proportion to its weight, those that are not named with weight 1; within a label
  /// each sample once before any comes again. A weight of 0 leaves a label out.
  case labels([String: Double])
  /// Samples drawn with replacement, each in proportion to the weight of its track, by track id;
  /// tracks that are not named weigh 1.
  case tracks([String: Double])
}

extension Sampling {
  private enum Word: String, CaseIterable {
    case uniform, balanced
  }

  /// `"uniform"`, `"balanced"`, `{"labels": {"blues": 2}}` or `{"tracks": {"blues.00000": 0}}`.
  ///
  /// Whether the labels and tracks are there, and the weights can be used, is known to a
  /// ``Loader``.
  public static var form: JSONForm<Sampling> {
    JSONForm(
      #""uniform", "balanced", {"labels": {"blues": 2}} or {"tracks": {"blues.00000": 0}}"#
    ) { json, path throws(JSONFieldError) in
      switch json {
      case .string:
        try JSONForm<Word>.choice.read(json, at: path) == .uniform ? .uniform : .balanced
      case .object: try weighted.read(json, at: path)
      default: nil
      }
    }
  }

  /// Nil where neither is given.
  private static var weighted: JSONForm<Sampling?> {
    .object(named: "sampling") { fields throws(JSONFieldError) in
      let weights = JSONForm.named(.number, #"weights by name, {"blues": 2}"#)
      let labels = try fields.optional("labels", weights)
      let tracks = try fields.optional("tracks", weights)
      switch (labels, tracks) {
      case (let labels?, nil): return .labels(labels)
      case (nil, let tracks?): return .tracks(tracks)
      case (nil, nil): return nil
      default:
        throw fields.error("tracks", "stands beside labels", hint: "give weights of either")
      }
    }
  }
}

extension Sampling: Codable {
  private enum Key: String, CodingKey {
    case labels, tracks
  }

  /// Reads what ``form`` reads.
  public init(from decoder: any Decoder) throws {
    self = try Self.form.read(try JSONValue(from: decoder), at: "sampling")
  }

  /// Writes what ``form`` reads.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .uniform, .balanced:
      var container = encoder.singleValueContainer()
      try container.encode((self == .uniform ? Word.uniform : .balanced).rawValue)
    case .labels(let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .labels)
    case .tracks(let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .tracks)
    }
  }
}
