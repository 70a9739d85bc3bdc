/// What becomes of a track with a fault.
public enum FaultPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// It is used like any other.
  case keep
  /// It is not used, and listed as dropped: somebody's choice, not an error.
  case drop
  /// It is used, and kept on one side of every split with the track that it repeats.
  case group
  /// It is used under the label that the fault says it should have.
  case relabel
  /// It is not used, and listed as a file that somebody should look at.
  case quarantine
}

/// What can be wrong with a track: known before, from a manifest, or found when it is decoded.
public enum FaultSubject: String, Sendable, Hashable, Codable, CaseIterable, CodingKeyRepresentable
{
  /// ``Fault/Kind/replica``.
  case replica
  /// ``Fault/Kind/sameRecording``.
  case sameRecording = "same-recording"
  /// ``Fault/Kind/version``.
  case version
  /// ``Fault/Kind/mislabelled``.
  case mislabelled
  /// ``Fault/Kind/distorted``.
  case distorted
  /// Its file turns out not to be decodable. What a manifest knows of unreadable copies decides
  /// nothing: another copy may be sound.
  case unreadable
  /// It plays for longer than the recipe's `maximumSeconds`.
  case tooLong = "too-long"
  /// It is too short for a slice of one of the recipe's views.
  case tooShort = "too-short"
  /// Its seconds are silent; see ``VerdictLimits/silent``.
  case silent
  /// Its file is clipped; see ``VerdictLimits/clipped``.
  case clipped
  /// Its mean is not zero; see ``VerdictLimits/offset``.
  case offset
  /// Much of its energy is below 20 Hz; see ``VerdictLimits/infrasonic``.
  case infrasonic
  /// Its file has another sample rate than the recipe: it is resampled.
  case otherRate = "other-rate"
  /// Its file has several channels: their mean is taken.
  case otherChannels = "other-channels"
  /// Its header's sizes are not quite those of the file: what there is is used.
  case header

  /// The policies that make sense, the default one first.
  public var policies: [FaultPolicy] {
    switch self {
    case .replica, .sameRecording, .version: [.group, .keep, .drop]
    case .mislabelled: [.keep, .drop, .relabel]
    case .distorted: [.keep, .drop]
    case .unreadable, .tooLong, .tooShort: [.quarantine, .drop]
    case .silent: [.quarantine, .keep, .drop]
    case .clipped, .offset, .infrasonic, .otherRate, .otherChannels, .header:
      [.keep, .drop, .quarantine]
    }
  }

  /// Whether it is a relation to another track, the one that ``Fault/of`` names.
  public var isRelation: Bool { policies.contains(.group) }

  /// What a manifest calls this; nil for what only decoding can find, also for ``unreadable``.
  public init?(_ kind: Fault.Kind) {
    if kind == .unreadable { return nil }
    self.init(rawValue: kind.rawValue)
  }

  /// Whether a manifest can state it, before anything is decoded.
  public var isKnownBefore: Bool {
    Fault.Kind(rawValue: rawValue).flatMap(FaultSubject.init) != nil
  }
}
