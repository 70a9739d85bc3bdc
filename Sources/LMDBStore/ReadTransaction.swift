import CLMDB

/// One state of the store, unchanged while it is held. Made by `Environment.read`.
///
/// Bytes that it hands out lie in the mapped file and end with it: the compiler refuses to let
/// them escape. Values above about 2 KB begin at a multiple of 16 bytes; smaller ones anywhere.
@safe public struct ReadTransaction: ~Copyable {
  var handle: OpaquePointer?
  let environment: Environment

  init(environment: Environment) throws(StoreError) {
    try environment.checkUsable()
    environment.gate.beginRead()
    var begun: OpaquePointer?
    do throws(StoreError) {
      try environment.checkUsable()
      unsafe begun = try Self.begin(environment)
    } catch {
      environment.gate.endRead()
      throw error
    }
    unsafe self.handle = begun
    self.environment = environment
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

  var look: Look { unsafe Look(transaction: handle, environment: environment) }

  /// The value of a key, or nil where there is none.
  ///
  /// - Complexity: O(log n) page look-ups; nothing is copied.
  /// - Throws: `.staleDatabase` where the database was dropped, `.damaged`.
  @_lifetime(borrow self)
  public func value(for key: String, in database: Database) throws(StoreError) -> RawSpan? {
    guard let found = unsafe try look.value(for: key, in: database) else { return nil }
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
  }

  /// Whether a key is there.
  public func contains(_ key: String, in database: Database) throws(StoreError) -> Bool {
    unsafe try look.value(for: key, in: database) != nil
  }

  /// The entries of a database in the order of their keys' bytes, from the first.
  @_lifetime(borrow self)
  public func cursor(in database: Database) throws(StoreError) -> Cursor {
    let cursor = try look.cursor(in: database)
    return unsafe _overrideLifetime(cursor, borrowing: self)
  }

  /// The size of a database.
  public func statistics(of database: Database) throws(StoreError) -> DatabaseStatistics {
    try look.statistics(of: database)
  }

  /// The names of all databases, in the order of their bytes.
  public func databaseNames() throws(StoreError) -> [String] { try look.databaseNames() }
}
