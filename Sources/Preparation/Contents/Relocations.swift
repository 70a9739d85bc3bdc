internal import AudioIO
internal import Corpus
internal import DatasetCache

/// What is looked for in a folder where files that the cache has are gone.
extension Preparation {
  /// Refuses a folder where more than half of the files that the cache has are gone and not there under other names:
  /// it looks like another collection.
  ///
  /// - Parameters:
  ///   - plans: that of the cache, or those of all its shards.
  ///   - renamed: how many of the tracks that are gone have their content under another name.
  /// - Throws: `PreparationError` `.anotherCollection`.
  func checkCollection(
    _ plans: [PreparationPlan], renamed: () -> Int
  ) throws(PreparationError) {
    let missing = plans.reduce(0) { $0 + $1.missing }
    let tracks = plans.reduce(0) { $0 + $1.tracksBefore }
    guard missing * 2 > tracks else { return }
    let gone = missing - renamed()
    guard gone * 2 > tracks else { return }
    throw .anotherCollection(
      cache: cachePath, folder: roots.description, missing: gone, tracks: tracks)
  }

  /// How many of the tracks that a plan removes have their content under another name.
  func renamedTracks(
    _ plan: PreparationPlan, _ records: [TrackRecord], _ fingerprints: [View: Fingerprint]
  ) -> Int {
    Self.sources(of: contentMatches(plan, records, fingerprints), plan.removed)
  }

  static func sources(of matches: [Int: ContentMatching.Match], _ removed: [String]) -> Int {
    var left = Set(removed.map { Array($0.utf8) })
    return matches.values.count { match in
      guard case .known(let record, _) = match else { return false }
      return left.remove(Array(record.id.utf8)) != nil
    }
  }

  /// What the files of a plan's tasks are.
  func contentMatches(
    _ plan: PreparationPlan, _ records: [TrackRecord], _ fingerprints: [View: Fingerprint]
  ) -> [Int: ContentMatching.Match] {
    ContentMatching(
      plan, roots: roots, recipe: recipe, fingerprints: fingerprints, records: records
    ).matches(threads: threads)
  }
}

/// Files of a divided cache whose new names belong in other shards than their old ones: they are computed anew, for
/// a shard is written without a look at the others.
struct Relocations {
  /// The record of the file under its old name, by plan and by the positions of its tasks.
  private let found: [[Int: TrackRecord]]
  private let shards: Int

  /// - Parameters:
  ///   - plans: those of all shards.
  ///   - matches: what is known of their tasks already.
  init(
    _ plans: [PreparationPlan], _ matches: [[Int: ContentMatching.Match]],
    _ preparation: Preparation, _ fingerprints: [View: Fingerprint]
  ) {
    shards = plans.count
    let records = plans.flatMap(\.removedRecords)
    let sizes = plans.reduce(into: Set<Int64>()) { $0.formUnion($1.lostSizes) }
    found = zip(plans, matches).map { plan, matches in
      var sought = plan
      for index in sought.tasks.indices {
        let task = sought.tasks[index]
        let isKnown = if case .known? = matches[index] { true } else { false }
        sought.tasks[index].isInDoubt = false
        sought.tasks[index].isSought =
          !records.isEmpty && !isKnown && task.record == nil
          && task.stamp.map { sizes.contains($0.byteCount) } ?? false
      }
      return preparation.contentMatches(sought, records, fingerprints).compactMapValues {
        if case .known(let record, _) = $0 { record } else { nil }
      }
    }
  }

  /// How many tracks have gone to another shard.
  var count: Int {
    Set(found.flatMap(\.values).map { Array($0.id.utf8) }).count
  }

  /// Says of these tracks where they come from.
  func explain(_ changes: [TrackChange], _ plans: [PreparationPlan]) -> [TrackChange] {
    var origins: [[UInt8]: TrackRecord] = [:]
    for (plan, found) in zip(plans, found) {
      for (index, record) in found { origins[Array(plan.tasks[index].track.id.utf8)] = record }
    }
    let sources = Set(origins.values.map { Array($0.id.utf8) })
    return changes.compactMap { change in
      if change.kinds == [.removed], sources.contains(Array(change.id.utf8)) { return nil }
      guard let origin = origins[Array(change.id.utf8)], !change.kinds.contains(.removed) else {
        return change
      }
      var change = change
      change.kinds = [.renamed] + change.kinds.filter { $0 != .added && $0 != .changed }
      change.from = origin.path
      let (old, new) = (
        Shard.index(of: origin.id, count: shards), Shard.index(of: change.id, count: shards)
      )
      change.reason =
        "same content, but its values lie in shard \(old) and belong in shard \(new) now; "
        + "computes all views"
      return change
    }
  }
}
