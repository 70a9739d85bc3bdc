import CLMDB
import Glibc

/// One state of the store, held for as long as the object lives and read from any thread.
///
/// For readers of the same values again and again, such as a loader: the addresses that it gives
/// stay valid, and what they point to unchanged, until the object goes, whatever any process writes
/// meanwhile. The price: pages that the writer frees are not used again until then, so the file
/// grows; and this process cannot move its map (see ``Environment/Options/mapsAhead``).
///
/// Not protected: a file that another program cuts short. Touching the missing pages ends the
/// process (SIGBUS); ``isWhole`` finds it beforehand, as far as that is possible.
@safe public final class Snapshot: @unchecked Sendable {
  // Unchecked: everything is set once, and the pages are only read.

  /// The store.
  public let environment: Environment
  private let transaction: OpaquePointer
  let pages: StorePages

  /// Takes the state that was committed last.
  ///
  /// - Throws: `StoreError` as ``Environment/read(_:)``.
  public init(of environment: Environment) throws(StoreError) {
    var reading = try environment.beginReading()
    pages = reading.pages
    environment.gate.beginHold()
    guard let handle = unsafe reading.surrender() else {
      environment.gate.endHold()
      throw StoreError(
        code: MDB_PANIC, operation: "begin reading", subject: environment.path,
        file: environment.path)
    }
    unsafe transaction = handle
    self.environment = environment
  }

  deinit {
    guard environment.mark.isCurrent else { return }
    unsafe mdb_txn_abort(transaction)
    environment.gate.endHold()
  }

  /// Tells states of the store apart: it grows with every commit.
  public var number: Int { unsafe Int(mdb_txn_id(transaction)) }

  /// Whether the file is still as long as this state needs it to be.
  /// - Complexity: one system call.
  public var isWhole: Bool {
    var status = stat()
    return unsafe fstat(environment.descriptor, &status) == 0
      && Int(status.st_size) >= pages.meta.bytesNeeded
  }

  /// Where the value of a key lies in the mapped file; nil where there is none.
  ///
  /// Unsafe because nothing keeps the address from outliving the snapshot: the caller who keeps the
  /// one must keep the other.
  /// - Complexity: O(log n) page look-ups; one thread at a time.
  /// - Throws: `.staleDatabase`, `.damaged`, `.badKey`, `.forked`.
  @unsafe public func address(
    of key: UnsafeRawBufferPointer, in database: Database
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    guard (1...Look.longestKey).contains(key.count) else {
      try Look.checkKey(unsafe Self.text(key))
      return nil
    }
    guard let tree = try tree(of: database) else { return nil }
    return unsafe try pages.value(for: key, in: tree, named: database.name)
  }

  /// Where the value of a key lies in the mapped file; nil where there is none. As the other.
  @unsafe public func address(
    of key: String, in database: Database
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    var key = key
    let found = key.withUTF8 { bytes in
      unsafe Result { () throws(StoreError) in
        unsafe try address(of: UnsafeRawBufferPointer(bytes), in: database)
      }
    }
    return unsafe try found.get()
  }

  private static func text(_ key: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: key, as: UTF8.self)
  }

  /// The record of a database; nil where this state has none.
  func tree(of database: Database) throws(StoreError) -> TreeRecord? {
    try environment.checkUsable()
    try environment.checkCurrent(database)
    environment.residency?.note(4)
    return try pages.tree(named: database.name)
  }

  /// Visits the entries of a database in the order of their keys' bytes.
  ///
  /// - Parameters:
  ///   - database: what to visit.
  ///   - body: gets key and value, which end with it, and says whether to go on.
  public func walk(
    _ database: Database, _ body: (RawSpan, RawSpan) -> Bool
  ) throws(StoreError) {
    guard let tree = try tree(of: database) else { return }
    var cursor = Cursor(pages, tree, name: database.name, residency: environment.residency)
    while try cursor.next(), body(cursor.key, cursor.value) {}
  }

  /// The size of a database.
  public func statistics(of database: Database) throws(StoreError) -> DatabaseStatistics {
    (try tree(of: database) ?? .none).statistics(pageSize: pages.meta.pageSize)
  }

  /// The names of all databases, in the order of their bytes.
  public func databaseNames() throws(StoreError) -> [String] {
    try environment.checkUsable()
    return try pages.databaseNames()
  }

  /// Asks the system to have bytes of the mapped file in memory soon; returns at once.
  ///
  /// - Parameter bytes: within what ``address(of:in:)`` gave.
  @unsafe public func prefetch(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    // The system looks for every single page, which takes longer than to ask for the two ends.
    if bytes.count >= Self.worthAsking, unsafe isResident(start),
      unsafe isResident(start + (bytes.count - 1))
    {
      return
    }
    unsafe advise(bytes, MADV_WILLNEED)
  }

  /// Bytes whose ends are looked at before they are asked for. The first batch of 128 windows of
  /// two seconds, whose tracks hold 1.3 MB each, came after 38 ms rather than 42 on one thread.
  private static let worthAsking = 1 << 19

  private func isResident(_ address: UnsafeRawPointer) -> Bool {
    var state: UInt8 = 0
    let page = UInt(bitPattern: address) & ~(Self.page - 1)
    return unsafe mincore(UnsafeMutableRawPointer(bitPattern: page), 1, &state) == 0
      && state & 1 == 1
  }

  /// Asks for all the bytes at once unless they are in memory: before large values are read whole.
  /// On a cold disk without read-ahead each page would be a read of its own otherwise.
  @unsafe public func load(_ bytes: UnsafeRawBufferPointer) {
    let start = UInt(bitPattern: bytes.baseAddress)
    let first = start & ~(Self.page - 1)
    let length = Int(start - first) + bytes.count
    let pages = (length + Int(Self.page) - 1) / Int(Self.page)
    let isResident = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pages) {
      unsafe mincore(UnsafeMutableRawPointer(bitPattern: first), length, $0.baseAddress) == 0
        && $0.allSatisfy { $0 & 1 == 1 }
    }
    if !isResident { unsafe advise(bytes, MADV_WILLNEED) }
  }

  /// Gives back the mapping of bytes that will hardly be used again, so that they do not count as
  /// this process's memory. They stay readable.
  @unsafe public func release(_ bytes: UnsafeRawBufferPointer) {
    unsafe advise(bytes, MADV_DONTNEED)
  }

  private func advise(_ bytes: UnsafeRawBufferPointer, _ advice: Int32) {
    let start = UInt(bitPattern: bytes.baseAddress)
    let first = start & ~(Self.page - 1)
    // Only advice: where the system refuses it, nothing is lost.
    unsafe _ = madvise(
      UnsafeMutableRawPointer(bitPattern: first), Int(start - first) + bytes.count, advice)
  }

  private static let page = UInt(getpagesize())
}
