public import Corpus

/// A track that a fault policy drops, under its path in the database `dropped`.
public struct DroppedRecord: Sendable, Hashable, Codable {
  /// The track, with what is known of it.
  public var track: Track
  /// What is wrong with it.
  public var subject: FaultSubject
  /// The reason in a sentence.
  public var message: String
  /// What was measured, where it was decoded.
  public var figures: TrackFigures?
  /// The file's own form, where it was decoded.
  public var source: TrackRecord.Source?

  /// Makes a record of parts.
  public init(
    track: Track, subject: FaultSubject, message: String, figures: TrackFigures? = nil,
    source: TrackRecord.Source? = nil
  ) {
    self.track = track
    self.subject = subject
    self.message = message
    self.figures = figures
    self.source = source
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
