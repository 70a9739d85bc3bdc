public import Corpus
public import DatasetCache

extension Cache {
  /// Divides the tracks of the cache as `plan` says and stores the split under the plan's name.
  ///
  /// - Parameters:
  ///   - plan: what to keep to. A published one is not made anew: what is stored of it is kept for the
  ///     tracks there are; ``putSplit(_:)`` stores it first.
  ///   - links: pairs of tracks that must not straddle besides those of one group or artist.
  /// - Throws: `PreparationError` where the plan does not fit the tracks or the cache is read-only.
  @discardableResult
  public func makeSplit(
    _ plan: SplitPlan, links: [(String, String)] = []
  ) throws(PreparationError) -> Split {
    let tracks = try splitTracks()
    let split: Split
    if case .published = plan.policy, let stored = try stored(plan.name) {
      split = stored.restricted(to: tracks.map(\.id))
    } else {
      do { split = try Split.make(plan, tracks: tracks, links: links) } catch {
        throw .split(error)
      }
    }
    try onCache { () throws(CacheError) in try putSplit(split) }
    return split
  }

  /// Makes every stored split, and new ones, by its own plan, so that it covers the tracks there are
  /// now. The same tracks give the same split.
  ///
  /// A plan that the tracks do not fit (more folds than tracks, no tracks at all) is kept with no track
  /// assigned: it is made again as soon as they fit.
  ///
  /// - Parameters:
  ///   - new: a plan that is not stored yet, or again.
  ///   - published: the splits that the manifest publishes: one that is stored or new is taken from
  ///     here, so that tracks which have come since are in it.
  ///   - links: as for ``makeSplit(_:links:)``.
  /// - Returns: why splits were left empty, a line each.
  func renewSplits(
    adding new: SplitPlan?, published: [NamedSides], links: [(String, String)] = []
  ) throws(PreparationError) -> [String] {
    var plans: [SplitPlan] = []
    for name in try onCache({ () throws(CacheError) in try splitNames() }) where name != new?.name {
      if let split = try stored(name) { plans.append(split.plan) }
    }
    if let new { plans.append(new) }
    var misfits: [String] = []
    for plan in plans {
      do {
        if let source = published.first(where: { plan.policy == .published($0.name) }) {
          try putPublished(source)
        } else {
          try makeSplit(plan, links: links)
        }
      } catch {
        guard case .split(let reason) = error else { throw error }
        misfits.append(reason.description)
        try onCache { () throws(CacheError) in try putSplit(Split.empty(plan)) }
      }
    }
    return misfits
  }

  /// Stores what a published split says of the tracks of the cache.
  ///
  /// - Throws: `PreparationError` where it names none of them, or contradicts itself.
  @discardableResult
  public func putPublished(_ published: NamedSides) throws(PreparationError) -> Split {
    let ids = try splitTracks().map(\.id)
    let split: Split
    do { split = try Split.published(published, tracks: ids) } catch { throw .split(error) }
    try onCache { () throws(CacheError) in try putSplit(split) }
    return split
  }

  /// A stored split; nil where there is none of that name.
  func stored(_ name: String) throws(PreparationError) -> Split? {
    try onCache { () throws(CacheError) in try split(named: name) }
  }
}
