public import Corpus
public import DatasetCache

extension Cache {
  /// Divides the tracks of the cache as `plan` says and stores the split under the plan's name.
  ///
  /// - Parameters:
  ///   - plan: what to keep to. A published one is not made anew: what is stored of it is kept for
  ///     the tracks there are; ``putSplit(_:)`` stores it first.
  ///   - links: pairs of tracks that must not straddle besides those of one group or artist and
  ///     those that sound the same (``neighbours()``).
  /// - Throws: `PreparationError` where the plan does not fit the tracks or the cache is read-only.
  @discardableResult
  public func makeSplit(
    _ plan: SplitPlan, links: [(String, String)] = []
  ) throws(PreparationError) -> Split {
    let records = try onCache { () throws(CacheError) in try trackRecords() }
    return try makeSplit(
      plan, tracks: records.map(SplitTrack.init),
      links: links + (try neighbours(among: records).links))
  }

  private func makeSplit(
    _ plan: SplitPlan, tracks: [SplitTrack], links: [(String, String)]
  ) throws(PreparationError) -> Split {
    let split = try division(by: plan, tracks: tracks, links: links)
    try onCache { () throws(CacheError) in try putSplit(split) }
    return split
  }

  /// The split that ``makeSplit(_:links:)`` would store; nothing is changed.
  ///
  /// - Throws: `PreparationError` where the plan does not fit the tracks.
  public func division(by plan: SplitPlan) throws(PreparationError) -> Split {
    let records = try onCache { () throws(CacheError) in try trackRecords() }
    return try division(
      by: plan, tracks: records.map(SplitTrack.init), links: try neighbours(among: records).links)
  }

  private func division(
    by plan: SplitPlan, tracks: [SplitTrack], links: [(String, String)]
  ) throws(PreparationError) -> Split {
    if case .published = plan.policy, let stored = try stored(plan.name) {
      return stored.restricted(to: tracks.map(\.id))
    }
    do { return try Split.make(plan, tracks: tracks, links: links) } catch { throw .split(error) }
  }

  /// Makes every stored split, and a new one, by its own plan, so that it covers the tracks there
  /// are now, and the index that loaders open by. The same tracks give the same split.
  ///
  /// A plan that the tracks do not fit (more folds than tracks, no tracks at all) is kept with no
  /// track assigned: it is made again as soon as they fit.
  ///
  /// - Parameters:
  ///   - new: a plan that is not stored yet, or again.
  ///   - groupsNeighbours: whether a new stratified split becomes a grouped one where tracks are
  ///     found to sound the same.
  ///   - published: the splits that the manifest publishes: one that is stored or new is taken from
  ///     here, so that tracks which have come since are in it.
  ///   - records: the tracks of the cache.
  /// - Returns: why splits were left empty, or as they are, a line each.
  func settleSplits(
    adding new: SplitPlan?, groupsNeighbours: Bool, published: [NamedSides],
    tracks records: [TrackRecord]
  ) throws(PreparationError) -> [String] {
    let neighbours = try neighbours(among: records)
    let new =
      groupsNeighbours
      ? try new.map { (plan) throws(PreparationError) in
        try Self.grouping(plan, where: neighbours)
      } : new
    let (stored, damaged) = try storedSplits()
    var plans = stored.map(\.plan).filter { $0.name != new?.name }
    if let new { plans.append(new) }
    let tracks = records.map(SplitTrack.init)
    var misfits = damaged.filter { $0 != new?.name }.map {
      "\($0) cannot be read and stays as it is; make it again with lathe split"
    }
    for plan in plans {
      do {
        if let source = published.first(where: { plan.policy == .published($0.name) }) {
          try putPublished(source, tracks: tracks)
        } else {
          _ = try makeSplit(plan, tracks: tracks, links: neighbours.links)
        }
      } catch {
        guard case .split(let reason) = error else { throw error }
        misfits.append(reason.description)
        try onCache { () throws(CacheError) in try putSplit(Split.empty(plan)) }
      }
    }
    try onCache { () throws(CacheError) in try writeIndex() }
    return misfits
  }

  /// A stratified plan as a grouped one where tracks sound the same.
  private static func grouping(
    _ plan: SplitPlan, where neighbours: Neighbours
  ) throws(PreparationError) -> SplitPlan {
    guard plan.policy == .stratified, !neighbours.pairs.isEmpty else { return plan }
    do {
      return try SplitPlan(policy: .grouped, seed: plan.seed, division: plan.division)
    } catch {
      throw .split(error)
    }
  }

  /// Stores what a published split says of the tracks of the cache.
  ///
  /// - Throws: `PreparationError` where it names none of them, or contradicts itself.
  @discardableResult
  public func putPublished(_ published: NamedSides) throws(PreparationError) -> Split {
    try putPublished(published, tracks: try splitTracks())
  }

  @discardableResult
  private func putPublished(
    _ published: NamedSides, tracks: [SplitTrack]
  ) throws(PreparationError) -> Split {
    let split = try Self.division(by: published, tracks: tracks)
    try onCache { () throws(CacheError) in try putSplit(split) }
    return split
  }

  /// The split that ``putPublished(_:)`` would store; nothing is changed.
  ///
  /// - Throws: `PreparationError` as there.
  public func division(by published: NamedSides) throws(PreparationError) -> Split {
    try Self.division(by: published, tracks: try splitTracks())
  }

  private static func division(
    by published: NamedSides, tracks: [SplitTrack]
  ) throws(PreparationError) -> Split {
    do { return try Split.published(published, tracks: tracks.map(\.id)) } catch {
      throw .split(error)
    }
  }

  /// A stored split; nil where there is none of that name.
  func stored(_ name: String) throws(PreparationError) -> Split? {
    try onCache { () throws(CacheError) in try split(named: name) }
  }

  /// The stored splits in the order of their names, and the names of those that cannot be read.
  func storedSplits() throws(PreparationError) -> (splits: [Split], damaged: [String]) {
    try onCache { () throws(CacheError) in
      var splits: [Split] = []
      var damaged: [String] = []
      for name in try splitNames() {
        do throws(CacheError) {
          if let split = try split(named: name) { splits.append(split) }
        } catch {
          guard error.isOfDamage else { throw error }
          damaged.append(name)
        }
      }
      return (splits, damaged)
    }
  }
}
