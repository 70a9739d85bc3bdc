import Glibc
import LMDBStore

/// What is read of a state is checked against the checksums that were written with it.
extension StoreState {
  /// Whether its records are under checksums: not in a cache of schema 1.
  var isCovered: Bool { self[Layout.checksums] != nil }

  /// Where a value lies, which is as it was written; it ends with the snapshot. Nil where there is
  /// none.
  ///
  /// - Throws: `CacheError` `.damaged`, which names database and key.
  func value(of key: String, in name: String) throws(CacheError) -> UnsafeRawBufferPointer? {
    let value = unsafe try rawValue(of: key, in: name)
    guard isCovered, Layout.hasIdentifier(key) else { return unsafe value }
    let checksum = RecordChecksum(of: name)
    let found = unsafe value.map {
      checksum.checksum(key: key, value: unsafe RawSpan(_unsafeBytes: $0))
    }
    if let fault = Self.fault(found, try self.checksum(of: key, in: checksum)) {
      throw Self.error(CacheProblem(name, key, fault))
    }
    return unsafe value
  }

  /// The records of a database that are not as they were written, and those that are gone.
  func problems(in name: String) throws(CacheError) -> [CacheProblem] {
    guard isCovered, Layout.isChecked(name) else { return [] }
    let checksum = RecordChecksum(of: name)
    var total = RecordTotal()
    var problems: [CacheProblem] = []
    // The keys of both come in one order, so that neither is searched, or kept.
    var stored = try steps(of: Layout.checksums)
    var isLeft = try inStore { () throws(StoreError) in try stored?.next() ?? false }
    try rawWalk(name) { (key, value) throws(CacheError) in
      let own = checksum.checksum(key: key, value: value)
      total.add(own)
      var known: UInt64?
      while isLeft, let at = stored {
        let order = unsafe key.withUnsafeBytes { unsafe Self.order(at.key, $0) }
        if order > 0 { break }
        if order == 0 { known = unsafe KeyChecksums.find(checksum.tag, in: at.value) }
        isLeft = try inStore { () throws(StoreError) in try stored?.next() ?? false }
      }
      if let fault = Self.fault(own, known) {
        problems.append(.init(name, String(decoding: copy(key) ?? [], as: UTF8.self), fault))
      }
    }
    let expectedTotal = try self.total(of: name)
    if expectedTotal == total { return problems }
    var expected: [String] = []
    try rawWalk(Layout.checksums) { (key, value) throws(CacheError) in
      let isNamed = unsafe value.withUnsafeBytes {
        unsafe KeyChecksums.find(checksum.tag, in: $0) != nil
      }
      if isNamed { expected.append(String(decoding: copy(key) ?? [], as: UTF8.self)) }
    }
    for key in expected where unsafe try rawValue(of: key, in: name) == nil {
      problems.append(.init(name, key, Self.gone, .missing))
    }
    if problems.isEmpty {
      problems.append(
        .init(
          Layout.totals, name,
          "\(name) has \(total.count) records, and not the \(expectedTotal.count) that it had"))
    }
    return problems
  }

  /// The stored checksum of a record; nil where there is none.
  func checksum(
    of key: String, in database: RecordChecksum
  ) throws(CacheError) -> UInt64? {
    guard let bytes = unsafe try rawValue(of: key, in: Layout.checksums) else { return nil }
    return unsafe KeyChecksums.find(database.tag, in: bytes)
  }

  /// The stored total of a database.
  func total(of name: String) throws(CacheError) -> RecordTotal {
    RecordTotal(try rawBytes(of: name, in: Layout.totals)) ?? RecordTotal()
  }

  /// Below 0 where the first key comes before the second one, 0 where they are the same.
  private static func order(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
  ) -> Int {
    guard let one = first.baseAddress, let other = second.baseAddress else {
      return first.count - second.count
    }
    let order = unsafe memcmp(one, other, min(first.count, second.count))
    return order == 0 ? first.count - second.count : Int(order)
  }

  private static let gone = "it is gone, and its checksum is there"

  /// What is wrong with a record; nil where it is as it was written.
  private static func fault(_ found: UInt64?, _ stored: UInt64?) -> String? {
    switch (found, stored) {
    case (nil, nil): nil
    case (nil, _): gone
    case (_, nil): "it has no checksum"
    case (let found, let stored): found == stored ? nil : "it does not have its checksum"
    }
  }

  static func error(_ problem: CacheProblem) -> CacheError {
    CacheError(
      kind: .damaged, operation: "read", subject: "'\(problem.key)' in '\(problem.database)'",
      detail: problem.detail,
      hint: problem.database == Layout.splits
        ? "make it again with lathe split" : CacheError.repairHint)
  }
}
