public import Corpus
public import DatasetCache
internal import FoundationEssentials

extension Cache {
  /// Divides the tracks of the cache as `plan` says and stores the split under the plan's name.
  ///
  /// - Throws: `PreparationError` where the plan does not fit the tracks or the cache is read-only.
  @discardableResult
  public func makeSplit(_ plan: SplitPlan) throws(PreparationError) -> Split {
    let records = try onCache { () throws(CacheError) in try trackRecords() }
    let split: Split
    do {
      split = try Split.make(plan, tracks: records.map { ($0.id, $0.label) })
    } catch {
      throw .split(error)
    }
    try onCache { () throws(CacheError) in
      try putSplit(name: plan.name, json: try canonicalJSON(split))
    }
    return split
  }

  /// A stored split; nil where there is none of that name.
  ///
  /// - Throws: `PreparationError` where it is damaged.
  public func split(named name: String) throws(PreparationError) -> Split? {
    guard let json = try onCache({ () throws(CacheError) in try splitJSON(name: name) }) else {
      return nil
    }
    do {
      return try JSONDecoder().decode(Split.self, from: Data(json))
    } catch {
      throw .cache(
        CacheError(
          kind: .invalidRecord, operation: "read", subject: "split \(name)", detail: "\(error)",
          hint: "make it again with lathe split"))
    }
  }

  /// Makes every stored split, and a new one, by its own plan, so that it covers the tracks there are
  /// now. The same tracks give the same split.
  ///
  /// A plan that the tracks do not fit (more folds than tracks, no tracks at all) is kept with no track
  /// assigned: it is made again as soon as they fit.
  ///
  /// - Returns: why splits were left empty, a line each.
  func renewSplits(adding new: SplitPlan?) throws(PreparationError) -> [String] {
    var plans: [SplitPlan] = []
    for name in try onCache({ () throws(CacheError) in try splitNames() }) where name != new?.name {
      if let split = try split(named: name) { plans.append(split.plan) }
    }
    if let new { plans.append(new) }
    var misfits: [String] = []
    for plan in plans {
      do {
        try makeSplit(plan)
      } catch {
        guard case .split(let reason) = error else { throw error }
        misfits.append(reason.description)
        try putEmptySplit(plan)
      }
    }
    return misfits
  }

  private func putEmptySplit(_ plan: SplitPlan) throws(PreparationError) {
    do {
      let empty = try Split(plan: plan, sides: plan.sides, assignment: [:])
      try putSplit(name: plan.name, json: try canonicalJSON(empty))
    } catch let error as SplitError {
      throw .split(error)
    } catch let error as CacheError {
      throw .cache(error)
    } catch {
      return
    }
  }
}
