public import Corpus

/// Why a track is left out.
public enum DropReason: Sendable, Hashable {
  /// The policy for this fault drops it.
  case fault(FaultSubject)
  /// Somebody excluded it by hand.
  case excluded

  /// A stable word: that of the fault, or `excluded`.
  public var code: String {
    switch self {
    case .fault(let subject): subject.rawValue
    case .excluded: "excluded"
    }
  }

  /// The fault, if it is one.
  public var subject: FaultSubject? {
    if case .fault(let subject) = self { subject } else { nil }
  }

  /// Whether it is known before anything is decoded.
  public var isKnownBefore: Bool { subject?.isKnownBefore ?? true }
}

extension DropReason: Codable {
  /// Reads its word.
  ///
  /// - Throws: `DecodingError` for a word that is none.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    let code = try value.decode(String.self)
    if code == Self.excluded.code {
      self = .excluded
    } else if let subject = FaultSubject(rawValue: code) {
      self = .fault(subject)
    } else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "\(code) is no reason to leave a track out")
    }
  }

  /// Writes its word.
  ///
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(code)
  }
}

/// A track that is left out, under its path in the database `dropped`.
public struct DroppedRecord: Sendable, Hashable, Codable {
  /// The track, with what is known of it.
  public var track: Track
  /// Why it is left out.
  public var reason: DropReason
  /// The reason in a sentence.
  public var message: String
  /// What was measured, where it was decoded.
  public var figures: TrackFigures?
  /// The file's own form, where it was decoded.
  public var source: TrackRecord.Source?

  /// Makes a record of parts.
  public init(
    track: Track, reason: DropReason, message: String, figures: TrackFigures? = nil,
    source: TrackRecord.Source? = nil
  ) {
    self.track = track
    self.reason = reason
    self.message = message
    self.figures = figures
    self.source = source
  }

  private enum CodingKeys: String, CodingKey {
    case track, message, figures, source
    // What it was called when faults were the only reason.
    case reason = "subject"
  }
}

/// What a card says of one kind of fault.
public struct FaultEffect: Sendable, Hashable, Codable {
  /// What becomes of tracks with it.
  public var policy: FaultPolicy
  /// The ids of the tracks that have it and are used, in byte order.
  public var used: [String]
  /// The ids of those that it keeps from being used, in byte order.
  public var unused: [String]

  /// Makes an effect of parts.
  public init(policy: FaultPolicy, used: [String] = [], unused: [String] = []) {
    self.policy = policy
    self.used = used
    self.unused = unused
  }
}
