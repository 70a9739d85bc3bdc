internal import Corpus
internal import DatasetCache

/// What became of a file that was in quarantine and was tried again.
public struct RetriedFile: Sendable, Hashable, Codable {
  /// The ends it may come to.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// It is a track of the cache now.
    case prepared
    /// It is still in quarantine.
    case quarantined
    /// A fault policy drops it.
    case dropped
    /// There is no such file any more; the next whole preparation takes it off the list.
    case gone
  }

  /// The file relative to the audio folder.
  public var path: String
  /// What became of it.
  public var outcome: Outcome
  /// Why, where it cannot be used.
  public var message: String?
}

extension PreparationPlan {
  /// What there is to do where only the files in quarantine are tried again.
  ///
  /// - Throws: `PreparationError` where the cache was made with another recipe: its tracks would not fit
  ///   to the others.
  init(
    retrying quarantine: [QuarantineRecord], of collection: Collection, folder: String,
    recipe: Recipe, _ cache: Cache
  ) throws(PreparationError) {
    let description = try onCache { () throws(CacheError) in try cache.description() }
    guard let json = description?.recipeJSON, let stored = try? Recipe.decode(json),
      stored == recipe
    else {
      throw .recipe(
        RecipeError(
          subject: "the recipe", detail: "is not the one that \(cache.path) was prepared with",
          hint: "retry with the cache's own recipe, or prepare without retrying"))
    }
    let places = Dictionary(
      collection.manifest.tracks.map { (Array($0.path.utf8), $0) },
      uniquingKeysWith: { first, _ in first })
    let fingerprints = description?.fingerprints ?? [:]
    let tasks = quarantine.compactMap { record -> Task? in
      guard let track = places[Array(record.path.utf8)] else { return nil }
      return Task(
        track: track, views: Set(fingerprints.keys), kept: [:],
        stamp: SourceStamp.of(file: "\(folder)/\(track.path)"))
    }
    self.init(
      tasks: tasks,
      reasons: tasks.isEmpty ? [] : ["all views of \(counted(tasks.count)): in quarantine"],
      tracks: tasks.count)
  }
}

extension Preparation {
  /// Ends a run that tried only the files in quarantine: renews splits and card. What else the card says
  /// stays.
  ///
  /// - Returns: why splits were left empty.
  func finishRetry(_ cache: Cache) throws(PreparationError) -> [String] {
    let misfits = try settleSplits(of: cache)
    try cache.renewCard()
    return misfits
  }

  /// What became of each file.
  func retried(
    _ before: [QuarantineRecord], of collection: Collection, _ cache: Cache
  ) throws(PreparationError) -> [RetriedFile] {
    let present = Set(
      (collection.manifest.tracks.map(\.path) + collection.rejected.map(\.path)
        + collection.dropped.map(\.track.path)).map { Array($0.utf8) })
    return try onCache { () throws(CacheError) in
      let stored = Set(try cache.trackRecords().map { Array($0.path.utf8) })
      let dropped = Dictionary(
        try cache.dropped().map { (Array($0.track.path.utf8), $0.message) },
        uniquingKeysWith: { first, _ in first })
      let left = Dictionary(
        try cache.quarantined().map { (Array($0.path.utf8), $0.message) },
        uniquingKeysWith: { first, _ in first })
      return before.map { record in
        let path = Array(record.path.utf8)
        if stored.contains(path) { return RetriedFile(path: record.path, outcome: .prepared) }
        if let message = dropped[path] {
          return RetriedFile(path: record.path, outcome: .dropped, message: message)
        }
        if !present.contains(path) { return RetriedFile(path: record.path, outcome: .gone) }
        return RetriedFile(path: record.path, outcome: .quarantined, message: left[path])
      }
    }
  }
}
