import LMDBStore

extension Cache {
  /// Takes out everything that belongs to the tracks, files and splits which problems of `verify()`
  /// name, in one transaction, so that the next preparation makes it again (a split is to be made
  /// again by hand), and what is damaged of what was made from the rest. What the card has of what
  /// the cache is made from is taken from there, where its checksum shows that it is the same;
  /// otherwise it goes, and another preparation has to be given it. What is sound stays, and is
  /// counted anew.
  ///
  /// - Parameter problems: what `verify()` has found.
  /// - Returns: the ids of the tracks that went, in the order of their bytes. Problems of a
  ///   database as a whole (an empty key) cannot be mended this way and are passed over.
  /// - Throws: `CacheError` where the cache is read-only or cannot be written.
  @discardableResult
  public func repair(_ problems: [CacheProblem]) throws(CacheError) -> [String] {
    let named = problems.filter { !$0.key.isEmpty && Layout.isChecked($0.database) }
    if named.contains(where: { Layout.isOfShards($0.database) }) {
      try checkHoldsTracks("repair")
    }
    let tracks = Set(
      named.filter { Layout.isOfTracks($0.database) }.map(\.key))
    var soundCopies: [String: [UInt8]] = [:]
    for problem in named where problem.database == Layout.meta {
      soundCopies[problem.key] = try soundCopy(ofMeta: problem.key)
    }
    try write { transaction throws(StoreError) in
      if problems.contains(where: { Layout.isDerived($0.database) }) {
        try transaction.forgetDerived()
      }
      for id in tracks { try transaction.removeTrack(id) }
      for problem in named {
        if problem.database == Layout.splits {
          try transaction.forgetDerived(fromSplit: problem.key)
          try transaction.forgetDefault(split: problem.key)
        }
        if problem.database == Layout.meta, let copy = soundCopies[problem.key] {
          try transaction.put(copy, for: problem.key, in: Layout.meta)
        } else {
          try transaction.delete(problem.key, in: problem.database)
        }
      }
      try transaction.renewTotals()
    }
    return tracks.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What `meta` had under a key, where it is known from elsewhere; nil where it isn't.
  private func soundCopy(ofMeta key: String) throws(CacheError) -> [UInt8]? {
    if key == "schema" { return Layout.schema }
    if key == Self.shardKey { return shard.map { Array($0.description.utf8) } }
    guard let card = try? card() else { return nil }
    let found: [UInt8]?
    switch key {
    case "recipe": found = Array(card.recipe.utf8)
    case "manifest": found = try RecordJSON.encode(card.manifest)
    default:
      let view = card.fingerprints.keys.first { key == "fingerprint/\($0.rawValue)" }
      found = view.flatMap { card.fingerprints[$0] }.map { Array($0.hex.utf8) }
    }
    guard let found else { return nil }
    let database = RecordChecksum(of: Layout.meta)
    let state = try state([Layout.meta]).home
    // Where it is the checksum that is damaged, card and record bear each other out.
    if try state.rawBytes(of: key, in: Layout.meta) == found { return found }
    let checksum = database.checksum(key: key, value: unsafe found.span.bytes)
    return try state.checksum(of: key, in: database) == checksum ? found : nil
  }
}
