import Corpus
import LMDBStore

/// What became of some files, to be stored together.
public struct PreparedBatch: Sendable {
  /// A file that isn't used: why, and its stamp where it could be had.
  public struct Entry<Record: Sendable>: Sendable {
    /// The file and the reason.
    public var record: Record
    /// The file's stamp.
    public var stamp: SourceStamp?
    /// Whether the id is this file's now: what is stored under it from another file goes too.
    public var ownsIdentifier: Bool

    /// Makes an entry of parts.
    public init(_ record: Record, stamp: SourceStamp? = nil, ownsIdentifier: Bool = false) {
      self.record = record
      self.stamp = stamp
      self.ownsIdentifier = ownsIdentifier
    }
  }

  /// Tracks with their values.
  public var tracks: [PreparedTrack]
  /// Files that could not be used.
  public var quarantined: [Entry<QuarantineRecord>]
  /// Tracks that a fault policy drops.
  public var dropped: [Entry<DroppedRecord>]

  /// Makes a batch of parts.
  public init(
    tracks: [PreparedTrack] = [], quarantined: [Entry<QuarantineRecord>] = [],
    dropped: [Entry<DroppedRecord>] = []
  ) {
    self.tracks = tracks
    self.quarantined = quarantined
    self.dropped = dropped
  }

  /// Whether there is nothing to store.
  public var isEmpty: Bool { tracks.isEmpty && quarantined.isEmpty && dropped.isEmpty }
}

extension Cache {
  /// Stores a batch in one transaction: all of it or nothing.
  ///
  /// - A stored track owns exactly the values that its record names: values of its views under
  ///   other fingerprints, and of views that the record lacks, go. It is neither in quarantine nor
  ///   dropped any more.
  /// - A file that goes to quarantine or is dropped has no track any more: what was stored from it
  ///   goes, and, where its entry says so, what is stored under its id from another file.
  ///
  /// Values are encoded straight into the store's memory; batches of 16 to 256 MB write best.
  ///
  /// - Throws: `CacheError` `.missingValue` where a record names a view that is neither given
  ///   nor in the cache, or a value that its record does not name; `.invalidTensors`,
  ///   `.badIdentifier`, `.noSpace`, `.readOnly`. Nothing of the batch is stored then.
  public func store(_ batch: PreparedBatch) throws(CacheError) {
    try checkHoldsTracks("store tracks in")
    var tracks: [EncodedTrack] = []
    for track in batch.tracks { tracks.append(try EncodedTrack(track)) }
    var unused: [EncodedUnused] = []
    for entry in batch.quarantined {
      unused.append(
        try EncodedUnused(
          Layout.quarantine, id: entry.record.id, path: entry.record.path,
          ownsIdentifier: entry.ownsIdentifier, entry.record, entry.stamp))
    }
    for entry in batch.dropped {
      unused.append(
        try EncodedUnused(
          Layout.dropped, id: entry.record.track.id, path: entry.record.track.path,
          ownsIdentifier: entry.ownsIdentifier, entry.record, entry.stamp))
    }
    let missing = try write { transaction throws(StoreError) -> CacheError? in
      try transaction.forgetDerived()
      for entry in unused { try entry.store(in: &transaction) }
      for track in tracks {
        if let missing = try track.store(in: &transaction) {
          transaction.cancel()
          return missing
        }
      }
      return nil
    }
    if let missing { throw missing }
  }

  /// Takes files off the list of dropped ones.
  public func removeFromDropped(paths: [String]) throws(CacheError) {
    try remove(paths: paths, from: Layout.dropped)
  }
}

/// A file that isn't used, with everything computed that does not need the store.
private struct EncodedUnused {
  let database: String
  let id: String
  let path: String
  let ownsIdentifier: Bool
  let key: String
  let json: [UInt8]
  let stampJSON: [UInt8]?

  init(
    _ database: String, id: String, path: String, ownsIdentifier: Bool, _ record: some Encodable,
    _ stamp: SourceStamp?
  ) throws(CacheError) {
    self.database = database
    self.id = id
    self.path = path
    self.ownsIdentifier = ownsIdentifier
    key = try Layout.key(path: path)
    json = try RecordJSON.encode(record)
    stampJSON = if let stamp { try RecordJSON.encode(stamp) } else { nil }
  }

  func store(in transaction: inout RecordTransaction) throws(StoreError) {
    if Layout.hasIdentifier(id), let stored = try transaction.bytes(of: id, in: Layout.tracks) {
      let record = try? RecordJSON.decode(TrackRecord.self, from: stored, subject: id)
      if ownsIdentifier || record?.path == path { try transaction.removeTrack(id) }
    }
    for name in [Layout.quarantine, Layout.dropped] {
      if name == database {
        try transaction.put(json, for: key, in: name)
      } else {
        try transaction.delete(key, in: name)
      }
    }
    if let stampJSON {
      try transaction.put(stampJSON, for: key, in: Layout.sources)
    } else {
      try transaction.delete(key, in: Layout.sources)
    }
  }
}
