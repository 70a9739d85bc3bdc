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

  /// Makes every stored split again by its own plan, so that it covers the tracks there are now. The
  /// same tracks give the same split.
  func renewSplits() throws(PreparationError) {
    for name in try onCache({ () throws(CacheError) in try splitNames() }) {
      guard let split = try split(named: name) else { continue }
      try makeSplit(split.plan)
    }
  }
}
