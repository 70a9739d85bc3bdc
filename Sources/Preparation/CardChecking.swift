internal import Corpus
public import DatasetCache

extension Cache {
  /// What the card says otherwise than the shard: a problem of `card.json` for each field that
  /// differs, in the order of their names. Of the fields, `bytes` and `versions` describe one moment
  /// and are passed over; so is what cards of earlier versions leave out, and a licence where the
  /// cache has no whole manifest.
  ///
  /// Empty where there is no card, while a process writes to the cache or where one was stopped (the
  /// card comes last: see `hasUnfinishedChange()`), and where the records have no checksums: the
  /// next preparation writes card and checksums anew.
  ///
  /// - Throws: `PreparationError` where what `verify()` finds keeps the shard from being read.
  public func cardProblems() throws(PreparationError) -> [CacheProblem] {
    let found = try differingFields()
    if found.isEmpty || isBeingWritten { return [] }
    // A writer that began and ended between the two readings explains the first difference, not the
    // second.
    let again = try differingFields()
    return isBeingWritten ? [] : again
  }

  /// Writes the card anew where it says otherwise than the shard, or may.
  ///
  /// - Returns: whether it did.
  /// - Throws: `PreparationError` where the cache cannot be read or written.
  @discardableResult
  public func mendCard() throws(PreparationError) -> Bool {
    let (isDescribed, isUnfinished) = try onCache { () throws(CacheError) in
      (try description() != nil, try hasUnfinishedChange())
    }
    guard isDescribed else { return false }
    if !isUnfinished, try cardProblems().isEmpty { return false }
    try renewCard()
    return true
  }

  private func differingFields() throws(PreparationError) -> [CacheProblem] {
    let state = try onCache { () throws(CacheError) in try snapshot() }
    let (isCovered, isUnfinished) = try onCache { () throws(CacheError) in
      (try state.hasRecordChecksums(), try state.hasUnfinishedChange())
    }
    guard isCovered else { return [] }
    let found: Card
    do throws(CacheError) {
      guard let card = try card() else { return [] }
      found = card
    } catch {
      guard error.isOfDamage else { throw .cache(error) }
      return [.ofCard("", error.detail)]
    }
    if isUnfinished { return [] }
    let expected = try expectedCard(state, found)
    let differing = Self.cardFields.filter { field in
      guard let said = field.value(found) else { return false }
      return said != field.value(expected)
    }
    return differing.map {
      .ofCard($0.name, "it is not what the cache holds")
    }
  }

  private func expectedCard(_ state: Cache, _ card: Card) throws(PreparationError) -> Card {
    let records = try onCache { () throws(CacheError) in try state.soundRecords() }
    let settled = try SettledCache(of: state, records: records)
    return try onCache { () throws(CacheError) in try state.card(of: settled, after: card) }
  }

  /// The fields that follow from the shard, nil where a card leaves one out.
  private static var cardFields: [(name: String, value: (Card) -> AnyHashable?)] {
    [
      ("audits", { $0.audits.map(AnyHashable.init) }), ("citations", { $0.citations }),
      ("defaultSplit", { AnyHashable($0.defaultSplit ?? "") }),
      ("dropped", { $0.dropped.map(AnyHashable.init) }),
      ("faults", { $0.faults.map(AnyHashable.init) }), ("fingerprints", { $0.fingerprints }),
      ("labels", { $0.labels }), ("licence", { AnyHashable($0.licence ?? "") }),
      ("manifest", { $0.manifest }), ("name", { $0.name }), ("profile", { $0.profile }),
      ("quarantine", { $0.quarantine }), ("recipe", { $0.recipe }), ("schema", { $0.schema }),
      ("slices", { $0.slices }), ("splits", { $0.splits }), ("tracks", { $0.tracks }),
    ]
  }
}
