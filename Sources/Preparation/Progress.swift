public import Corpus
public import DatasetCache

/// What a running preparation reports; see ``ProgressSink``.
public enum PreparationEvent: Sendable {
  /// What is going to be done.
  case began(PreparationPlan.Overview)
  /// A track was finished or quarantined.
  case advanced(PreparationProgress)
  /// A track could not be used.
  case quarantined(QuarantineRecord)
}

/// How far a preparation has come.
public struct PreparationProgress: Sendable, Hashable, Codable {
  /// Tracks done in this run, quarantined ones included.
  public var done: Int
  /// Tracks that this run has to do.
  public var total: Int
  /// Tracks quarantined in this run.
  public var quarantined: Int
  /// Seconds of audio done in this run.
  public var audioSeconds: Double
  /// Seconds since the run began.
  public var elapsed: Double

  /// Tracks a second so far.
  public var rate: Double { elapsed > 0 ? Double(done) / elapsed : 0 }
  /// Seconds that remain at this rate; nil before the first track.
  public var remaining: Double? { done > 0 ? elapsed / Double(done) * Double(total - done) : nil }
}

/// Where a library reports to, since it does not print. Called from one thread.
public protocol ProgressSink {
  /// Takes an event; quickly, for the writer waits.
  func report(_ event: PreparationEvent)
}

/// What a finished preparation did.
public struct PreparationSummary: Sendable, Codable {
  /// Tracks in the cache.
  public var tracks: Int
  /// Labels that these tracks have.
  public var labels: Int
  /// Tracks computed in this run.
  public var prepared: Int
  /// Tracks whose values were taken over from a file of the same content under another id.
  public var takenOver: Int
  /// Tracks that were done already.
  public var unchanged: Int
  /// Tracks that were in the cache and are no longer in the collection.
  public var removed: Int
  /// Tracks that the manifest names and the folder lacks.
  public var absent: Int
  /// Audio files that the manifest does not name.
  public var unlisted: Int
  /// Files of the folder that are not audio by their names, in order of their paths.
  public var passedOver: [String]
  /// Tracks whose checksum is not the manifest's, by id.
  public var changed: [String]
  /// Slices of each view, over all tracks.
  public var slices: [View: Int]
  /// Bytes of each view's values.
  public var bytes: [View: Int]
  /// The numbers of this run that were beyond float16, of views that are stored so and have some.
  public var overflows: [View: ViewOverflow]
  /// Quarantined tracks, in order of their paths.
  public var quarantine: [QuarantineRecord]
  /// Pairs of tracks that sound the same.
  public var duplicates: Int
  /// Tracks that fault policies drop, in order of their paths.
  public var dropped: [DroppedRecord]
  /// The policy for every kind of fault and the tracks that it concerns.
  public var faults: [FaultSubject: FaultEffect]
  /// What became of the files that were in quarantine, where only these were tried again.
  public var retried: [RetriedFile]?
  /// Splits in the cache.
  public var splits: [String]
  /// What leaks between the sides of each split.
  public var audits: [String: SplitAudit.Summary]
  /// For each split the labels that a side was to have and lacks, by the side; empty sides and
  /// splits left out.
  public var absentLabels: [String: [String: [String]]]
  /// What most files have in common that is not what is prepared: their rate, their channels.
  public var usualFormat: [String]
  /// Why splits hold no track, a line each: more folds than tracks, or no tracks.
  public var emptySplits: [String]
  /// Seconds of audio computed in this run.
  public var audioSeconds: Double
  /// Seconds from begin to end.
  public var wallSeconds: Double
  /// Processor seconds of all threads.
  public var cpuSeconds: Double
  /// The largest resident memory of the process, in bytes.
  public var peakBytes: Int
  /// Whether the run was asked to stop before all was done.
  public var wasCancelled: Bool

  /// Seconds of audio a second.
  public var timesRealTime: Double { wallSeconds > 0 ? audioSeconds / wallSeconds : 0 }
}
