internal import AudioIO
internal import Corpus
internal import DatasetCache
internal import Foundation

/// What a preparation has found to work on: a collection, or what of it belongs to the shard that is prepared.
struct FoundCollection: Sendable {
  let collection: AudioCollection
  /// Whether one run prepares all shards, so that what is gone from one may be in another.
  var isPartOfRun = false
  /// The plan that all shards keep to; nil where no shard is asked for.
  var plan: ShardPlan?
  /// What looks wrong in the whole of the collection, a line each.
  var warnings: [String] = []
  /// The files as they were when the collection was listed for all shards, by the bytes of the tracks' ids; empty
  /// where it was listed now.
  var listed: [[UInt8]: SourceStamp] = [:]
}

extension Preparation {
  /// Lists the folder; for a shard the folder is listed by one of all processes, whose listing the others read.
  ///
  /// A shard that is done looks at the folder itself: only something new there can give it anything to do, and what is
  /// new makes another collection, which is refused.
  ///
  /// - Parameter pins: whether a plan and a listing are written where there are none.
  /// - Throws: ``PreparationError``, `.cache` with `.otherPlan` where another plan is pinned.
  func find(
    pins: Bool, cancellation: Cancellation = Cancellation()
  ) throws(PreparationError) -> FoundCollection {
    guard let shard else {
      let collection = try readCollection()
      return FoundCollection(collection: collection, warnings: warnings(of: collection))
    }
    if !pins { return try part(of: shard, pins: false) }
    while !cancellation.isCancelled {
      if let found = try listed(shard) { return found }
      let turn = try onCache { () throws(CacheError) in try ListingTurn(at: cachePath) }
      if let turn {
        // The process that had the lock before may have listed it meanwhile.
        let found = try part(of: shard, pins: true)
        withExtendedLifetime(turn) {}
        return found
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return try list(shard, pins: true)
  }

  private func part(of shard: Shard, pins: Bool) throws(PreparationError) -> FoundCollection {
    if let found = try listed(shard) { return found }
    return try list(shard, pins: pins)
  }

  /// A shard's part of the listing that all shards share; nil where there is none, or the shard is done.
  private func listed(_ shard: Shard) throws(PreparationError) -> FoundCollection? {
    let pinned = try onCache { () throws(CacheError) in try ShardPlan.read(at: cachePath) }
    guard let pinned else { return nil }
    // With the same collection, for that is not known yet.
    try refuse(try shardPlan(of: pinned.manifest, shards: shard.count), where: pinned, shard)
    return try onCache { () throws(CacheError) -> FoundCollection? in
      if try ShardCensus(at: cachePath, pinned, only: shard).done[shard.index] != nil { return nil }
      guard let listing = try ShardListing.open(at: cachePath, of: pinned),
        listing.given == (try givenManifest()), let json = try listing.part(shard),
        let part = try? StrictJSON.decode(ListedPart.self, from: json, named: "the listing")
      else { return nil }
      return FoundCollection(
        collection: part.collection(named: pinned.manifest.name), plan: pinned,
        warnings: listing.warnings, listed: part.stampOfTrack)
    }
  }

  /// Lists the folder, and pins what is found.
  private func list(_ shard: Shard, pins: Bool) throws(PreparationError) -> FoundCollection {
    let whole = try readCollection()
    let plan = try shardPlan(of: try reference(of: whole), shards: shard.count)
    let known = try onCache { () throws(CacheError) in try ShardPlan.read(at: cachePath) }
    try checkExclusions(whole, before: known.flatMap { StoredChoices(json: $0.choices) })
    let pinned =
      pins
      ? try onCache { () throws(CacheError) in try plan.pin(at: cachePath) } : known ?? plan
    try refuse(plan, where: pinned, shard)
    let parts = whole.divided(into: shard.count)
    let warnings = warnings(of: whole)
    if pins {
      try onCache { () throws(CacheError) in
        if try ShardListing.open(at: cachePath, of: pinned)?.part(shard) != nil { return }
        var lines: [[UInt8]] = []
        for part in parts { lines.append(try ListedPart(part, roots: roots).json) }
        try ShardListing.write(
          lines, warnings: warnings, given: try givenManifest(), of: pinned, at: cachePath)
      }
    }
    return FoundCollection(collection: parts[shard.index], plan: pinned, warnings: warnings)
  }

  /// SHA-256 of the manifest that is given, and of what people have corrected.
  private func givenManifest() throws(CacheError) -> String? {
    if manifest == nil, overlay.isEmpty { return nil }
    let corrections = overlay.isEmpty ? [] : overlay.canonicalJSON()
    return try Fingerprint(hashing: (manifest?.canonicalJSON() ?? []) + corrections).hex
  }

  private func reference(
    of collection: AudioCollection
  ) throws(PreparationError) -> ManifestReference {
    try onCache { () throws(CacheError) in try ManifestReference(collection.manifest) }
  }
}

/// A shard's part of a listing.
private struct ListedPart: Codable {
  let tracks: [ListedTrack]
  let dropped: [DroppedRecord]
  let rejected: [QuarantineRecord]
  let absent: [Track]
  let unlisted: [String]
  let others: [String]

  struct ListedTrack: Codable {
    let track: Track
    let stamp: SourceStamp?
  }

  init(_ part: AudioCollection, roots: AudioRoots) {
    tracks = part.manifest.tracks.map {
      ListedTrack(track: $0, stamp: roots.sourceStamp(of: $0.path))
    }
    dropped = part.dropped
    rejected = part.rejected
    absent = part.absent
    unlisted = part.unlisted
    others = part.others
  }

  var json: [UInt8] {
    get throws(CacheError) {
      do { return try OrderedJSON.encode(self) } catch {
        throw CacheError(
          kind: .invalidRecord, operation: "encode", subject: "the listing", detail: "\(error)")
      }
    }
  }

  func collection(named name: String) -> AudioCollection {
    AudioCollection(
      manifest: Manifest(part: tracks.map(\.track), named: name), dropped: dropped,
      rejected: rejected, absent: absent, unlisted: unlisted, others: others)
  }

  var stampOfTrack: [[UInt8]: SourceStamp] {
    var stamps: [[UInt8]: SourceStamp] = [:]
    for track in tracks { stamps[Array(track.track.id.utf8)] = track.stamp }
    return stamps
  }
}
