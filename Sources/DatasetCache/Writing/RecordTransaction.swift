import LMDBStore

/// A write to a cache: what it stores and takes away goes into the checksums in the same
/// transaction. All writes of records go through one.
struct RecordTransaction: ~Copyable {
  private var transaction: WriteTransaction
  /// Where the checksums are; nil in a cache of schema 1, which has none.
  private var databases: (checksums: Database, totals: Database)?
  private var checksums: [String: RecordChecksum] = [:]
  /// What has changed since the checksums were written last, by the bytes of the key: equal text
  /// may be of other bytes.
  private var changes: [[UInt8]: (key: String, byTag: [UInt64: UInt64?])] = [:]
  private var names: [UInt64: String] = [:]

  /// So many keys are kept in memory before their checksums are written.
  private static let mostChanges = 8_192

  /// Whether a change of what the card tells is noted until the card tells it.
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
    guard isCovered || makesChecksums else { return }
    databases = (
      try transaction.database(named: Layout.checksums),
      try transaction.database(named: Layout.totals)
    )
  }

  /// Writes the checksums that are left. Nothing may be written after it.
  mutating func finish() throws(StoreError) {
    if !transaction.isCancelled { try writeChecksums() }
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
    let checksum = checksum(of: name)
    try note(checksum.checksum(key: key, value: unsafe value.span.bytes), key, checksum)
  }

  /// Sets the value of a key by filling it where it will lie.
  mutating func putReserving(
    byteCount: Int, for key: String, in name: String, fill: (inout MutableRawSpan) -> Void
  ) throws(StoreError) {
    try noteUnfinished(name)
    let checksum = checksum(of: name)
    var found: UInt64 = 0
    try transaction.putReserving(
      byteCount: byteCount, for: key, in: try transaction.database(named: name)
    ) { span in
      fill(&span)
      found = checksum.checksum(key: key, value: span.bytes)
    }
    try note(found, key, checksum)
  }

  /// Removes a key.
  ///
  /// - Returns: Whether it was there.
  @discardableResult
  mutating func delete(_ key: String, in name: String) throws(StoreError) -> Bool {
    try noteUnfinished(name)
    // Its checksum goes, whether the record is still there or not.
    try note(nil, key, checksum(of: name))
    guard let database = try transaction.existingDatabase(named: name) else { return false }
    return try transaction.delete(key, in: database)
  }

  /// Removes every entry of a database, which stays.
  mutating func removeAll(in name: String) throws(StoreError) {
    try noteUnfinished(name)
    for key in try keys(of: name) { try note(nil, key, checksum(of: name)) }
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
      for key in try keys(of: name) { try note(nil, key, checksum(of: name)) }
      if let database = try transaction.existingDatabase(named: name) { leaving.append(database) }
    }
    try writeChecksums()
    for database in leaving { try transaction.drop(database) }
  }

  /// Notes that the cache is unfinished, before the first change of what splits and card tell of.
  private mutating func noteUnfinished(_ name: String) throws(StoreError) {
    guard notesUnfinished, Layout.isToldByCard(name) else { return }
    notesUnfinished = false
    try put([UnfinishedChange.begun], for: Layout.card, in: Layout.unfinished)
  }

  // MARK: Checksums

  private mutating func checksum(of name: String) -> RecordChecksum {
    if let known = checksums[name] { return known }
    let made = RecordChecksum(of: name)
    checksums[name] = made
    names[made.tag] = name
    return made
  }

  /// Notes what the checksum of a record is from now on; nil where there is none any more.
  private mutating func note(
    _ checksum: UInt64?, _ key: String, _ database: RecordChecksum
  ) throws(StoreError) {
    if databases == nil { return }
    changes[Array(key.utf8), default: (key, [:])].byTag[database.tag] = .some(checksum)
    if changes.count >= Self.mostChanges { try writeChecksums() }
  }

  private mutating func writeChecksums() throws(StoreError) {
    guard let databases else { return }
    var totals: [UInt64: RecordTotal] = [:]
    for (key, byTag) in changes.values {
      var known = KeyChecksums(copy(try transaction.value(for: key, in: databases.checksums)))
      var isChanged = false
      for (tag, checksum) in byTag {
        let old = known.set(tag, to: checksum)
        if old == checksum { continue }
        isChanged = true
        totals[tag, default: RecordTotal()].replace(old, by: checksum)
      }
      if !isChanged { continue }
      try write(known, key, databases.checksums)
    }
    changes.removeAll(keepingCapacity: true)
    for (tag, change) in totals {
      guard let name = names[tag] else { continue }
      var total =
        RecordTotal(copy(try transaction.value(for: name, in: databases.totals))) ?? RecordTotal()
      total.add(change)
      if total == RecordTotal() {
        try transaction.delete(name, in: databases.totals)
      } else {
        try transaction.put(total.encoded, for: name, in: databases.totals)
      }
    }
  }

  /// Puts every record under a checksum as it is now.
  mutating func coverEverything() throws(StoreError) {
    for name in try databaseNames() where Layout.isChecked(name) {
      let checksum = checksum(of: name)
      guard let database = try transaction.existingDatabase(named: name) else { continue }
      var found: [(key: String, checksum: UInt64)] = []
      do {
        var cursor = try transaction.cursor(in: database)
        while try cursor.next() {
          found.append((cursor.keyText, checksum.checksum(key: cursor.key, value: cursor.value)))
        }
      }
      for (key, value) in found { try note(value, key, checksum) }
    }
  }

  /// Counts the totals anew from the checksums as they are, without those of databases that are
  /// gone.
  mutating func renewTotals() throws(StoreError) {
    guard let databases else { return }
    try writeChecksums()
    let names = try databaseNames().filter(Layout.isChecked)
    let tags = Set(names.map(RecordChecksum.tag))
    var totals: [UInt64: RecordTotal] = [:]
    var changed: [(key: String, left: KeyChecksums)] = []
    do {
      var cursor = try transaction.cursor(in: databases.checksums)
      while try cursor.next() {
        var known = KeyChecksums(copy(cursor.value))
        let all = known.all
        for (tag, checksum) in all {
          if tags.contains(tag) {
            totals[tag, default: RecordTotal()].add(checksum)
          } else {
            _ = known.set(tag, to: nil)
          }
        }
        if known.all.count < all.count { changed.append((cursor.keyText, known)) }
      }
    }
    for (key, left) in changed { try write(left, key, databases.checksums) }
    try transaction.removeAll(in: databases.totals)
    for name in names {
      if let total = totals[RecordChecksum.tag(name)] {
        try transaction.put(total.encoded, for: name, in: databases.totals)
      }
    }
  }

  private mutating func write(
    _ known: KeyChecksums, _ key: String, _ checksums: Database
  ) throws(StoreError) {
    if known.isEmpty {
      try transaction.delete(key, in: checksums)
    } else {
      try transaction.put(known.encoded, for: key, in: checksums)
    }
  }
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
