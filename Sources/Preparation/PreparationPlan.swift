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
  }

  let tasks: [Task]
  let removed: [String]
  let overview: Overview

  init(
    collection: Collection, folder: String, recipe: Recipe, fingerprints: [View: Fingerprint],
    cache: Cache
  ) throws(PreparationError) {
    let records = try onCache { () throws(CacheError) in try cache.trackRecords() }
    let quarantined = Set(
      try onCache { () throws(CacheError) in try cache.quarantined().map(\.path) })
    // Ids are compared by their bytes, as the cache does: to Swift an é is the same whether it is one
    // character or two.
    let known = Dictionary(uniqueKeysWithValues: records.map { (Array($0.id.utf8), $0) })
    let tracks = collection.manifest.tracks
    removed = try Self.removed(records, collection: collection, folder: folder, cache: cache)
    var tasks: [Task] = []
    var counts = Counts()
    for track in tracks {
      let stamp = SourceStamp.of(file: "\(folder)/\(track.path)")
      func all() {
        tasks.append(Task(track: track, views: Set(fingerprints.keys), kept: [:], stamp: stamp))
      }
      guard let record = known[Array(track.id.utf8)] else {
        if quarantined.contains(track.path) { counts.again += 1 } else { counts.new += 1 }
        all()
        continue
      }
      let before = try onCache { () throws(CacheError) in try cache.stamp(path: record.path) }
      guard record.path.utf8.elementsEqual(track.path.utf8), record.label == track.label,
        record.group == track.group, let stamp, stamp == before
      else {
        counts.changed += 1
        all()
        continue
      }
      if Double(record.source.frames) > recipe.maximumSeconds * Double(record.source.sampleRate) {
        counts.tooLong += 1
        all()
        continue
      }
      let missing = fingerprints.filter { record.views[$0.key] != $0.value }.map(\.key)
      // Artist and title go into the record only: the file is read again, no view is computed.
      let isRenamed = record.artist != track.artist || record.title != track.title
      guard !missing.isEmpty || isRenamed else { continue }
      if isRenamed { counts.renamed += 1 }
      for view in missing { counts.stale[view, default: 0] += 1 }
      let kept = record.views.filter { fingerprints[$0.key] == $0.value }
      tasks.append(Task(track: track, views: Set(missing), kept: kept, stamp: stamp))
    }
    self.tasks = tasks
    overview = Overview(
      tracks: tracks.count, pending: tasks.count, unchanged: tracks.count - tasks.count,
      reasons: counts.reasons(causes: try Self.causes(recipe: recipe, cache: cache)))
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
    let ids = Set(tracks.map { Array($0.id.utf8) })
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

  /// How many tracks have something to do, by the reason.
  private struct Counts {
    var new = 0
    var again = 0
    var changed = 0
    var tooLong = 0
    var renamed = 0
    var stale: [View: Int] = [:]

    func reasons(causes: [View: [String]]) -> [String] {
      let whole = [
        (new, "new"), (again, "were in quarantine, tried again"),
        (changed, "file, label or group changed"), (tooLong, "longer than the recipe's maximum"),
      ]
      var reasons = whole.filter { $0.0 > 0 }.map { "all views of \(counted($0.0)): \($0.1)" }
      if renamed > 0 { reasons.append("records of \(counted(renamed)): artist or title changed") }
      for view in View.allCases {
        guard let count = stale[view] else { continue }
        let cause =
          causes[view]?.joined(separator: ", ") ?? "left undone or made by another version"
        reasons.append("\(view.rawValue) of \(counted(count)): \(cause)")
      }
      return reasons
    }
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
