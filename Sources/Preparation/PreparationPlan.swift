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
    let known = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0) })
    let tracks = collection.manifest.tracks
    var tasks: [Task] = []
    var new = 0
    var changed = 0
    var stale: [View: Int] = [:]
    for track in tracks {
      let stamp = SourceStamp.of(file: "\(folder)/\(track.path)")
      guard let record = known[track.id] else {
        new += 1
        tasks.append(Task(track: track, views: Set(fingerprints.keys), kept: [:], stamp: stamp))
        continue
      }
      let before = try onCache { () throws(CacheError) in try cache.stamp(path: record.path) }
      guard record.path == track.path, record.label == track.label, record.group == track.group,
        let stamp, stamp == before
      else {
        changed += 1
        tasks.append(Task(track: track, views: Set(fingerprints.keys), kept: [:], stamp: stamp))
        continue
      }
      let missing = fingerprints.filter { record.views[$0.key] != $0.value }.map(\.key)
      guard !missing.isEmpty else { continue }
      for view in missing { stale[view, default: 0] += 1 }
      let kept = record.views.filter { fingerprints[$0.key] == $0.value }
      tasks.append(Task(track: track, views: Set(missing), kept: kept, stamp: stamp))
    }
    let present = Set(tracks.map(\.id))
    removed = records.map(\.id).filter { !present.contains($0) }
    if removed.count * 2 > records.count {
      throw .anotherCollection(
        cache: cache.path, folder: folder, missing: removed.count, tracks: records.count)
    }
    self.tasks = tasks
    overview = Overview(
      tracks: tracks.count, pending: tasks.count, unchanged: tracks.count - tasks.count,
      reasons: Self.reasons(
        new: new, changed: changed, stale: stale,
        causes: try Self.causes(recipe: recipe, cache: cache)))
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

  private static func reasons(
    new: Int, changed: Int, stale: [View: Int], causes: [View: [String]]
  ) -> [String] {
    var reasons: [String] = []
    if new > 0 { reasons.append("all views of \(new) tracks: new") }
    if changed > 0 { reasons.append("all views of \(changed) tracks: file or label changed") }
    for view in View.allCases {
      guard let count = stale[view] else { continue }
      let cause = causes[view]?.joined(separator: ", ") ?? "left undone or made by another version"
      reasons.append("\(view.rawValue) of \(count) tracks: \(cause)")
    }
    return reasons
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
