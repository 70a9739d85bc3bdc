import CLMDB

/// One state of the store, unchanged while it is held. Made by `Environment.read`.
///
/// Bytes that it hands out lie in the mapped file and end with it: the compiler refuses to let
/// them escape. Values above about 2 KB begin at a multiple of 16 bytes; smaller ones anywhere.
@safe public struct ReadTransaction: ~Copyable {
  var handle: OpaquePointer?
  let environment: Environment
  let pages: StorePages

  init(environment: Environment) throws(StoreError) {
    try environment.checkUsable()
    environment.gate.beginRead()
    do throws(StoreError) {
      try environment.checkUsable()
      let (begun, pages) = unsafe try Self.beginWithPages(environment)
      unsafe self.handle = begun
      self.pages = pages
    } catch {
      environment.gate.endRead()
      throw error
    }
    self.environment = environment
  }

  /// Begins until the state's meta page is at hand: others may commit between the two.
  private static func beginWithPages(
    _ environment: Environment
  ) throws(StoreError) -> (OpaquePointer?, StorePages) {
    for _ in 0..<1_000 {
      let begun = unsafe try begin(environment)
      do throws(StoreError) {
        let number = unsafe UInt64(mdb_txn_id(begun))
        if let pages = try environment.pages(ofCommit: number) { return unsafe (begun, pages) }
      } catch {
        unsafe mdb_txn_abort(begun)
        throw error
      }
      unsafe mdb_txn_abort(begun)
    }
    throw PageFlaw(0, "the numbers of commits do not go together").error(in: environment.path)
  }

  private static func begin(_ environment: Environment) throws(StoreError) -> OpaquePointer? {
    var begun: OpaquePointer?
    let code = unsafe mdb_txn_begin(environment.handle, nil, UInt32(MDB_RDONLY), &begun)
    guard code == 0 else {
      throw StoreError(
        code: code, operation: "begin reading", subject: environment.path,
        file: environment.path)
    }
    return unsafe begun
  }

  deinit {
    guard environment.mark.isCurrent else { return }
    if let handle = unsafe handle { unsafe mdb_txn_abort(handle) }
    environment.gate.endRead()
  }

  /// Ends it so that databases opened in it stay open.
  mutating func keepHandles() throws(StoreError) {
    let code = unsafe mdb_txn_commit(handle)
    unsafe handle = nil
    if code != 0 {
      throw StoreError(
        code: code, operation: "end reading", subject: environment.path, file: environment.path)
    }
  }

  /// Hands over the handle, which the caller ends.
  mutating func surrender() -> OpaquePointer? {
    defer { unsafe handle = nil }
    return unsafe handle
  }

  /// The value of a key, or nil where there is none.
  ///
  /// - Complexity: O(log n) page look-ups; nothing is copied.
  /// - Throws: `.staleDatabase` where the database was dropped, `.damaged`.
  @_lifetime(borrow self)
  public func value(for key: String, in database: Database) throws(StoreError) -> RawSpan? {
    guard let found = unsafe try find(key, in: database) else { return nil }
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
  }

  /// Whether a key is there.
  public func contains(_ key: String, in database: Database) throws(StoreError) -> Bool {
    unsafe try find(key, in: database) != nil
  }

  private func find(
    _ key: String, in database: Database
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    try Look.checkKey(key)
    guard let tree = try tree(of: database) else { return nil }
    var key = key
    let found = key.withUTF8 { bytes in
      unsafe Result { () throws(StoreError) in
        unsafe try pages.value(
          for: UnsafeRawBufferPointer(bytes), in: tree, named: database.name)
      }
    }
    return unsafe try found.get()
  }

  /// The record of a database; nil where this state has none.
  private func tree(of database: Database) throws(StoreError) -> TreeRecord? {
    try environment.checkCurrent(database)
    environment.residency?.note(4)
    return try pages.tree(named: database.name)
  }

  /// The entries of a database in the order of their keys' bytes, from the first.
  @_lifetime(borrow self)
  public func cursor(in database: Database) throws(StoreError) -> Cursor {
    let cursor = Cursor(
      pages, try tree(of: database) ?? .none, name: database.name,
      residency: environment.residency)
    return unsafe _overrideLifetime(cursor, borrowing: self)
  }

  /// The size of a database.
  public func statistics(of database: Database) throws(StoreError) -> DatabaseStatistics {
    (try tree(of: database) ?? .none).statistics(pageSize: pages.meta.pageSize)
  }

  /// The names of all databases, in the order of their bytes.
  public func databaseNames() throws(StoreError) -> [String] { try pages.databaseNames() }
}
