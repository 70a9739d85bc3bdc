internal import Corpus
internal import DatasetCache
internal import SignalKit

extension Preparation {
  /// Says in the cache what it is going to hold.
  func begin(
    _ cache: Cache, collection: Collection, fingerprints: [View: Fingerprint]
  ) throws(PreparationError) {
    var columns: [View: [String]] = [:]
    for view in [View.features, .features30s] where fingerprints[view] != nil {
      columns[view] = FeatureVector.names
    }
    try onCache { () throws(CacheError) in
      try cache.describe(
        CacheDescription(
          recipeJSON: try canonicalJSON(recipe), fingerprints: fingerprints,
          manifest: try ManifestReference(collection.manifest), columns: columns))
    }
  }

  /// Takes out what belongs to no track, view or file any more, renews the splits, and writes the index
  /// that loaders open by.
  ///
  /// - Returns: why splits were left empty.
  func finish(
    _ cache: Cache, plan: PreparationPlan, collection: Collection, writer: PreparationWriter,
    fingerprints: [View: Fingerprint]
  ) throws(PreparationError) -> [String] {
    let current = Set(writer.quarantine.map(\.path))
    try onCache { () throws(CacheError) in
      if !plan.removed.isEmpty { try cache.remove(tracks: plan.removed) }
      if try !cache.summary().staleDatabases.isEmpty {
        try cache.dropStaleViews(keeping: fingerprints)
      }
      let gone = try cache.quarantined().map(\.path).filter { !current.contains($0) }
      if !gone.isEmpty { try cache.removeFromQuarantine(paths: gone) }
      let back = try cache.dropped().map(\.track.path).filter { !writer.dropped.contains($0) }
      if !back.isEmpty { try cache.removeFromDropped(paths: back) }
    }
    return try settleSplits(of: cache)
  }

  /// Renews what depends on which tracks there are: neighbours, splits, index.
  ///
  /// - Returns: why splits were left empty.
  func settleSplits(of cache: Cache) throws(PreparationError) -> [String] {
    let neighbours = try cache.neighbours()
    let misfits = try cache.renewSplits(
      adding: try chosenSplit(neighbours), published: published, neighbours: neighbours)
    try onCache { () throws(CacheError) in try cache.writeIndex() }
    return misfits
  }

  /// The split to make, now that it is known which tracks sound the same.
  private func chosenSplit(_ neighbours: Neighbours) throws(PreparationError) -> SplitPlan? {
    guard let split, groupsNeighbours, split.policy == .stratified, !neighbours.pairs.isEmpty
    else { return split }
    do {
      return try SplitPlan(policy: .grouped, seed: split.seed, division: split.division)
    } catch {
      throw .split(error)
    }
  }

  /// What was done, in numbers.
  func summary(
    _ cache: Cache, plan: PreparationPlan, collection: Collection, writer: PreparationWriter,
    misfits: [String], wallSeconds: Double, cpuSeconds: Double, wasCancelled: Bool
  ) throws(PreparationError) -> PreparationSummary {
    let published = Dictionary(
      collection.manifest.tracks.map { ($0.id, $0.md5) }, uniquingKeysWith: { first, _ in first })
    let neighbours = try cache.neighbours()
    return try onCache { () throws(CacheError) in
      let census = try cache.summary()
      // Of all tracks, also those that were prepared earlier: a wrong file stays wrong.
      let changed = try cache.trackRecords().filter { record in
        published[record.id]?.map { $0 != record.md5 } ?? false
      }
      return PreparationSummary(
        tracks: census.tracks, labels: census.labels.count, prepared: writer.prepared,
        unchanged: plan.overview.unchanged, removed: wasCancelled ? 0 : plan.removed.count,
        absent: collection.absent.count, unlisted: collection.unlisted.count,
        passedOver: collection.others,
        changed: changed.map(\.id), slices: census.views.mapValues(\.slices),
        bytes: census.views.mapValues(\.bytes), quarantine: try cache.quarantined(),
        duplicates: neighbours.pairs.count,
        dropped: try cache.dropped(), faults: try cache.card()?.faults ?? [:],
        splits: try cache.splitNames(), audits: try cache.card()?.audits ?? [:],
        emptySplits: misfits,
        audioSeconds: writer.done.audioSeconds,
        wallSeconds: wallSeconds, cpuSeconds: cpuSeconds, peakBytes: ProcessUsage.now().peakBytes,
        wasCancelled: wasCancelled)
    }
  }
}

extension ManifestReference {
  init(_ manifest: Manifest) throws(CacheError) {
    self.init(
      name: manifest.name, sha256: try Fingerprint(hashing: manifest.canonicalJSON()).hex,
      tracks: manifest.tracks.count)
  }
}

/// Canonical JSON, its one error as the cache's.
func canonicalJSON(_ value: some Encodable) throws(CacheError) -> [UInt8] {
  do {
    return try CanonicalJSON.encode(value)
  } catch {
    throw CacheError(
      kind: .invalidRecord, operation: "encode", subject: "\(type(of: value))", detail: "\(error)")
  }
}
