import LMDBStore

extension Cache {
  /// Whether a change has begun that splits and card do not cover yet: while a process prepares,
  /// divides or repairs the cache, and after one was stopped. What is stored is whole nevertheless;
  /// the same command, or any that writes the card, ends it.
  ///
  /// - Throws: `CacheError` `.damaged`, `.system`.
  public func hasUnfinishedChange() throws(CacheError) -> Bool {
    try state([Layout.unfinished]).home.hasUnfinishedChange
  }

  /// Notes that splits and card cover everything there is.
  func endChange() throws(CacheError) {
    guard try hasUnfinishedChange() else { return }
    // The record stays, so that a cache takes as many bytes before as after.
    try write(notesUnfinished: false) { transaction throws(StoreError) in
      try transaction.put([UnfinishedChange.ended], for: Layout.card, in: Layout.unfinished)
    }
  }
}

/// What the record of a change says.
enum UnfinishedChange {
  static let begun: UInt8 = 1
  static let ended: UInt8 = 0
}

extension StoreState {
  /// See ``Cache/hasUnfinishedChange()``; without a look at the record's checksum.
  var hasUnfinishedChange: Bool {
    get throws(CacheError) {
      guard let value = unsafe try rawValue(of: Layout.card, in: Layout.unfinished) else {
        return false
      }
      return unsafe !value.elementsEqual([UnfinishedChange.ended])
    }
  }
}
