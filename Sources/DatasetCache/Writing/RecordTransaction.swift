import LMDBStore

/// A write to a cache: what it stores and takes away goes into the checksums in the same
/// transaction. All writes of records go through one.
struct RecordTransaction: ~Copyable {
  private var transaction: WriteTransaction
  /// Nil in a cache of schema 1, which has no checksums.
  private var ledger: ChecksumLedger?
  /// Whether a change is noted until the card describes it.
  private var notesUnfinished: Bool

  init(_ transaction: consuming WriteTransaction, notesUnfinished: Bool) {
    self.transaction = transaction
    self.notesUnfinished = notesUnfinished
  }

  /// Looks for the checksums. Nothing may be written before it.
  ///
  /// - Parameter makesChecksums: whether to make them where there are none.
  mutating func begin(makesChecksums: Bool) throws(StoreError) {
    let isCovered = try transaction.existingDatabase(named: Layout.checksums) != nil
    if isCovered || makesChecksums { ledger = try ChecksumLedger(&transaction) }
  }

  /// Writes the checksums that are left. Nothing may be written after it.
  mutating func finish() throws(StoreError) {
    if !transaction.isCancelled { try ledger?.write(&transaction) }
  }

  /// The transaction of the store.
  consuming func end() -> WriteTransaction { transaction }

  // MARK: What is there

  /// One more than the number of the state that it began with.
  var number: Int { transaction.number }

  /// A copy of a value, or nil.
  mutating func bytes(of key: String, in name: String) throws(StoreError) -> [UInt8]? {
    guard let database = try transaction.existingDatabase(named: name) else { return nil }
    return copy(try transaction.value(for: key, in: database))
  }

  /// Whether a key is there.
  mutating func contains(_ key: String, in name: String) throws(StoreError) -> Bool {
    guard let database = try transaction.existingDatabase(named: name) else { return false }
    return try transaction.contains(key, in: database)
  }

  /// The keys of a database in the order of their bytes.
  mutating func keys(of name: String) throws(StoreError) -> [String] {
    guard let database = try transaction.existingDatabase(named: name) else { return [] }
    var keys: [String] = []
    var cursor = try transaction.cursor(in: database)
    while try cursor.next() { keys.append(cursor.keyText) }
    return keys
  }

  /// The names of all databases, in the order of their bytes.
  func databaseNames() throws(StoreError) -> [String] { try transaction.databaseNames() }

  // MARK: Changes

  /// Leaves the cache as it was.
  mutating func cancel() { transaction.cancel() }

  /// Sets the value of a key, in place of an earlier one.
  mutating func put(_ value: [UInt8], for key: String, in name: String) throws(StoreError) {
    try noteUnfinished(name)
    try transaction.put(value, for: key, in: try transaction.database(named: name))
    try ledger?.note(unsafe value.span.bytes, key, in: name, &transaction)
  }

  /// Sets the value of a key by filling it where it will lie.
  mutating func putReserving(
    byteCount: Int, for key: String, in name: String, fill: (inout MutableRawSpan) -> Void
  ) throws(StoreError) {
    try noteUnfinished(name)
    let checksum = RecordChecksum(of: name)
    var found: UInt64 = 0
    try transaction.putReserving(
      byteCount: byteCount, for: key, in: try transaction.database(named: name)
    ) { span in
      fill(&span)
      found = checksum.checksum(key: key, value: span.bytes)
    }
    try ledger?.note(found, key, in: name, &transaction)
  }

  /// Removes a key.
  ///
  /// - Returns: Whether it was there.
  @discardableResult
  mutating func delete(_ key: String, in name: String) throws(StoreError) -> Bool {
    try noteUnfinished(name)
    // Its checksum goes, whether the record is still there or not.
    try ledger?.note(nil as UInt64?, key, in: name, &transaction)
    guard let database = try transaction.existingDatabase(named: name) else { return false }
    return try transaction.delete(key, in: database)
  }

  /// Removes every entry of a database, which stays.
  mutating func removeAll(in name: String) throws(StoreError) {
    try noteUnfinished(name)
    try forgetAll(in: name)
    if let database = try transaction.existingDatabase(named: name) {
      try transaction.removeAll(in: database)
    }
  }

  /// Removes databases with everything in them. Must be the last change: nothing else may open a
  /// database in a slot that has just become free.
  mutating func drop(_ names: [String]) throws(StoreError) {
    for name in names { try noteUnfinished(name) }
    var leaving: [Database] = []
    for name in names {
      try forgetAll(in: name)
      if let database = try transaction.existingDatabase(named: name) { leaving.append(database) }
    }
    try ledger?.write(&transaction)
    for database in leaving { try transaction.drop(database) }
  }

  /// Notes that the cache is unfinished, before the first change that splits and card have to follow.
  private mutating func noteUnfinished(_ name: String) throws(StoreError) {
    guard notesUnfinished, Layout.isReflectedInCard(name) else { return }
    notesUnfinished = false
    try put([UnfinishedChange.begun], for: Layout.card, in: Layout.unfinished)
  }

  private mutating func forgetAll(in name: String) throws(StoreError) {
    if ledger == nil { return }
    for key in try keys(of: name) {
      try ledger?.note(nil as UInt64?, key, in: name, &transaction)
    }
  }

  /// Puts every record under a checksum as it is now.
  mutating func coverEverything() throws(StoreError) {
    for name in try databaseNames() where Layout.isChecked(name) {
      try ledger?.noteAll(in: name, &transaction)
    }
  }

  /// Counts the totals anew from the checksums as they are, without those of databases that are
  /// gone.
  mutating func renewTotals() throws(StoreError) { try ledger?.renewTotals(&transaction) }
}

extension Cache {
  /// Runs a body that writes, all of it or nothing; see `Environment.write`.
  func write<Output>(
    excludingReaders: Bool = false, makesChecksums: Bool = false, notesUnfinished: Bool = true,
    _ body: (inout RecordTransaction) throws(StoreError) -> Output
  ) throws(CacheError) -> Output {
    if isSnapshot {
      throw CacheError(
        kind: .readOnly, operation: "write to", subject: path,
        detail: "it is the cache as it was at a moment")
    }
    return try inStore { () throws(StoreError) in
      try environment.write(excludingReaders: excludingReaders) {
        transaction throws(StoreError) in
        // A shard has no card: its record says when it is done.
        try transaction.writeRecords(
          makesChecksums: makesChecksums, notesUnfinished: notesUnfinished && shard == nil, body)
      }
    }
  }
}

extension WriteTransaction {
  /// Runs a body whose writes are under checksums.
  mutating func writeRecords<Output>(
    makesChecksums: Bool = false, notesUnfinished: Bool = false,
    _ body: (inout RecordTransaction) throws(StoreError) -> Output
  ) throws(StoreError) -> Output {
    var records = RecordTransaction(self, notesUnfinished: notesUnfinished)
    do throws(StoreError) {
      try records.begin(makesChecksums: makesChecksums)
      let output = try body(&records)
      try records.finish()
      self = records.end()
      return output
    } catch {
      self = records.end()
      throw error
    }
  }
}
