internal import Corpus
internal import DatasetCache
internal import Glibc

/// What has to be done to bring a cache up to a collection and a recipe.
public struct PreparationPlan: Sendable {
  /// The plan in numbers and words.
  public struct Overview: Sendable, Hashable, Codable {
    /// Tracks of the collection.
    public var tracks: Int
    /// Tracks with something to do.
    public var pending: Int
    /// Tracks that are all done.
    public var unchanged: Int
    /// Tracks that fault policies drop by what is known of them already.
    public var dropped: Int
    /// What is done and why, a line each: `features of 100 tracks: profile librosa-0.8 → librosa-1.0`.
    public var reasons: [String]
  }

  /// One track's share.
  struct Task: Sendable {
    let track: Track
    let views: Set<View>
    /// Views in the cache that stay.
    let kept: [View: Fingerprint]
    let stamp: SourceStamp?
    /// The record to store, where nothing is to be decoded for it.
    var record: TrackRecord?
  }

  let tasks: [Task]
  /// Files that are not used, as fault policies and what is known of them say, without being read.
  let unused: PreparedBatch
  let removed: [String]
  let overview: Overview

  init(
    collection: Collection, folder: String, recipe: Recipe, fingerprints: [View: Fingerprint],
    cache: Cache
  ) throws(PreparationError) {
    let records = try onCache { () throws(CacheError) in try cache.trackRecords() }
    let quarantined = Set(
      try onCache { () throws(CacheError) in try cache.quarantined().map(\.path) })
    let droppedBefore = Dictionary(
      try onCache { () throws(CacheError) in try cache.dropped() }
        .map { (Array($0.track.path.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    // Ids are compared by their bytes, as the cache does: to Swift an é is the same whether it is one
    // character or two.
    let known = Dictionary(uniqueKeysWithValues: records.map { (Array($0.id.utf8), $0) })
    let tracks = collection.manifest.tracks
    removed = try Self.removed(records, collection: collection, folder: folder, cache: cache)
    var tasks: [Task] = []
    var unused = PreparedBatch()
    var counts = PlanReasons()
    for record in collection.dropped {
      unused.dropped.append(.init(record))
      if droppedBefore[Array(record.track.path.utf8)]?.subject != record.subject {
        counts.drop(record.subject)
      }
    }
    for track in tracks {
      let stamp = SourceStamp.of(file: "\(folder)/\(track.path)")
      func all() {
        tasks.append(Task(track: track, views: Set(fingerprints.keys), kept: [:], stamp: stamp))
      }
      guard let record = known[Array(track.id.utf8)] else {
        if let earlier = droppedBefore[Array(track.path.utf8)] {
          let before = try onCache { () throws(CacheError) in try cache.stamp(path: track.path) }
          if stamp != nil, stamp == before, let still = earlier.again(track, recipe) {
            unused.dropped.append(.init(still, stamp: stamp))
            continue
          }
          counts.dropped += 1
        } else if quarantined.contains(track.path) {
          counts.again += 1
        } else {
          counts.new += 1
        }
        all()
        continue
      }
      let before = try onCache { () throws(CacheError) in try cache.stamp(path: record.path) }
      guard record.path.utf8.elementsEqual(track.path.utf8), let stamp, stamp == before else {
        counts.changed += 1
        all()
        continue
      }
      if Double(record.source.frames) > recipe.maximumSeconds * Double(record.source.sampleRate) {
        counts.tooLong += 1
        all()
        continue
      }
      var renewed = record
      let changes = renewed.take(track)
      switch Judgement(record.verdicts(recipe), recipe.faults) {
      case .use: break
      case .drop(let subject):
        unused.dropped.append(.init(renewed.dropped(subject, track, recipe), stamp: stamp))
        counts.drop(subject)
        continue
      case .quarantine(let subject):
        unused.quarantined.append(.init(renewed.quarantined(subject, track, recipe), stamp: stamp))
        counts.quarantine(subject)
        continue
      }
      let missing = fingerprints.filter { record.views[$0.key] != $0.value }.map(\.key)
      guard !missing.isEmpty || !changes.isEmpty || record.figures == nil else { continue }
      counts.rewrite(changes)
      if record.figures == nil { counts.unmeasured += 1 }
      for view in missing { counts.stale[view, default: 0] += 1 }
      let kept = record.views.filter { fingerprints[$0.key] == $0.value }
      let isRead = !missing.isEmpty || record.figures == nil
      tasks.append(
        Task(
          track: track, views: Set(missing), kept: kept, stamp: stamp,
          record: isRead ? nil : renewed))
    }
    self.tasks = tasks
    self.unused = unused
    let idle = tasks.count + unused.quarantined.count + unused.dropped.count
    overview = Overview(
      tracks: tracks.count, pending: tasks.count,
      unchanged: tracks.count + collection.dropped.count - idle,
      dropped: unused.dropped.count,
      reasons: counts.lines(causes: try Self.causes(recipe: recipe, cache: cache)))
  }

  /// A plan that does nothing but these tasks.
  init(tasks: [Task], reasons: [String], tracks: Int) {
    self.tasks = tasks
    unused = PreparedBatch()
    removed = []
    overview = Overview(
      tracks: tracks, pending: tasks.count, unchanged: 0, dropped: 0, reasons: reasons)
  }

  /// Tracks of the cache that the collection no longer has.
  ///
  /// A track whose file is still there under another id (its name now occurs in a second folder) goes
  /// too, but does not make the collection another one. What lies in a folder that cannot be read now
  /// (a volume that is not mounted) stays: nothing says that it is gone.
  private static func removed(
    _ records: [TrackRecord], collection: Collection, folder: String, cache: Cache
  ) throws(PreparationError) -> [String] {
    let tracks = collection.manifest.tracks
    let ids = Set((tracks + collection.dropped.map(\.track)).map { Array($0.id.utf8) })
    let paths = Set(tracks.map(\.path))
    let closed = collection.rejected.filter { $0.code == "unreadable" }.map { "\($0.path)/" }
    let removed = records.filter { record in
      !ids.contains(Array(record.id.utf8)) && !closed.contains(where: record.path.hasPrefix)
    }
    let missing = removed.count { !paths.contains($0.path) }
    if missing * 2 > records.count {
      throw .anotherCollection(
        cache: cache.path, folder: folder, missing: missing, tracks: records.count)
    }
    return removed.map(\.id)
  }

  /// Why each view of the cache differs from the recipe's.
  private static func causes(
    recipe: Recipe, cache: Cache
  ) throws(PreparationError) -> [View: [String]] {
    guard let description = try onCache({ () throws(CacheError) in try cache.description() }),
      let old = try? Recipe.decode(description.recipeJSON).ingredients()
    else { return [:] }
    do {
      let new = try recipe.ingredients()
      return new.reduce(into: [:]) { causes, entry in
        let (view, parts) = entry
        guard let before = old[view] else {
          causes[view] = ["not in the cache before"]
          return
        }
        let differences = differences(from: before, to: parts)
        causes[view] = differences.isEmpty ? nil : differences
      }
    } catch {
      throw .recipe(error)
    }
  }
}

extension DroppedRecord {
  /// The record of a track that was judged by its figures and still is dropped for them, as it is known
  /// now; nil where it has to be looked at.
  fileprivate func again(_ track: Track, _ recipe: Recipe) -> DroppedRecord? {
    guard let figures, let source else { return nil }
    let verdicts = figures.verdicts(
      recipe.verdicts, isResampled: source.sampleRate != recipe.sampleRate,
      channels: source.channels)
    guard case .drop(let subject) = Judgement(verdicts, recipe.faults) else { return nil }
    return DroppedRecord(
      track: track, subject: subject,
      message: figures.message(of: subject, recipe, source: source), figures: figures,
      source: source)
  }
}

extension SourceStamp {
  /// Size and modification time of a file; nil where it cannot be looked at.
  static func of(file path: String) -> SourceStamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return SourceStamp(
      byteCount: Int64(status.st_size),
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000
        + Int64(status.st_mtim.tv_nsec))
  }
}
