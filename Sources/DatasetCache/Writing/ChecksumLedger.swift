import LMDBStore

/// The checksums of the records that a transaction changes, kept until they are written together: those of a
/// key in all databases are one value.
struct ChecksumLedger {
  private let checksums: Database
  private let totals: Database
  /// By the bytes of the key: equal text may be of other bytes.
  private var changes: [[UInt8]: (key: String, byTag: [UInt64: UInt64?])] = [:]
  private var known: [String: RecordChecksum] = [:]
  private var names: [UInt64: String] = [:]

  /// So many keys are kept in memory before their checksums are written.
  private static let mostChanges = 8_192

  /// Opens the databases of the checksums, or makes them.
  init(_ transaction: inout WriteTransaction) throws(StoreError) {
    checksums = try transaction.database(named: Layout.checksums)
    totals = try transaction.database(named: Layout.totals)
  }

  /// Notes what a record is from now on.
  mutating func note(
    _ value: RawSpan, _ key: String, in name: String, _ transaction: inout WriteTransaction
  ) throws(StoreError) {
    let found = checksum(of: name).checksum(key: key, value: value)
    try note(found, key, in: name, &transaction)
  }

  /// Notes what the checksum of a record is from now on; nil where there is none any more.
  mutating func note(
    _ checksum: UInt64?, _ key: String, in name: String, _ transaction: inout WriteTransaction
  ) throws(StoreError) {
    let tag = self.checksum(of: name).tag
    changes[Array(key.utf8), default: (key, [:])].byTag[tag] = .some(checksum)
    if changes.count >= Self.mostChanges { try write(&transaction) }
  }

  /// Notes all records of a database as they are now.
  mutating func noteAll(
    in name: String, _ transaction: inout WriteTransaction
  ) throws(StoreError) {
    guard let database = try transaction.existingDatabase(named: name) else { return }
    let checksum = checksum(of: name)
    var found: [(key: String, checksum: UInt64)] = []
    do {
      var cursor = try transaction.cursor(in: database)
      while try cursor.next() {
        found.append((cursor.keyText, checksum.checksum(key: cursor.key, value: cursor.value)))
      }
    }
    for (key, value) in found { try note(value, key, in: name, &transaction) }
  }

  /// Writes what was noted.
  mutating func write(_ transaction: inout WriteTransaction) throws(StoreError) {
    var differences: [UInt64: RecordTotal] = [:]
    for (key, byTag) in changes.values {
      var ofKey = KeyChecksums(copy(try transaction.value(for: key, in: checksums)))
      var isChanged = false
      for (tag, checksum) in byTag {
        let old = ofKey.set(tag, to: checksum)
        if old == checksum { continue }
        isChanged = true
        differences[tag, default: RecordTotal()].replace(old, by: checksum)
      }
      if isChanged { try write(ofKey, key, &transaction) }
    }
    changes.removeAll(keepingCapacity: true)
    for (tag, difference) in differences {
      guard let name = names[tag] else { continue }
      var total =
        RecordTotal(copy(try transaction.value(for: name, in: totals))) ?? RecordTotal()
      total.add(difference)
      if total == RecordTotal() {
        try transaction.delete(name, in: totals)
      } else {
        try transaction.put(total.encoded, for: name, in: totals)
      }
    }
  }

  /// Counts the totals anew from the checksums as they are, without those of databases that are
  /// gone.
  mutating func renewTotals(_ transaction: inout WriteTransaction) throws(StoreError) {
    try write(&transaction)
    let present = try transaction.databaseNames().filter(Layout.isChecked)
    let tags = Set(present.map(RecordChecksum.tag))
    var counted: [UInt64: RecordTotal] = [:]
    var changed: [(key: String, left: KeyChecksums)] = []
    do {
      var cursor = try transaction.cursor(in: checksums)
      while try cursor.next() {
        var ofKey = KeyChecksums(copy(cursor.value))
        let all = ofKey.all
        for (tag, checksum) in all {
          if tags.contains(tag) {
            counted[tag, default: RecordTotal()].add(checksum)
          } else {
            _ = ofKey.set(tag, to: nil)
          }
        }
        if ofKey.all.count < all.count { changed.append((cursor.keyText, ofKey)) }
      }
    }
    for (key, left) in changed { try write(left, key, &transaction) }
    try transaction.removeAll(in: totals)
    for name in present {
      if let total = counted[RecordChecksum.tag(name)] {
        try transaction.put(total.encoded, for: name, in: totals)
      }
    }
  }

  private func write(
    _ ofKey: KeyChecksums, _ key: String, _ transaction: inout WriteTransaction
  ) throws(StoreError) {
    if ofKey.isEmpty {
      try transaction.delete(key, in: checksums)
    } else {
      try transaction.put(ofKey.encoded, for: key, in: checksums)
    }
  }

  private mutating func checksum(of name: String) -> RecordChecksum {
    if let checksum = known[name] { return checksum }
    let made = RecordChecksum(of: name)
    known[name] = made
    names[made.tag] = name
    return made
  }
}
