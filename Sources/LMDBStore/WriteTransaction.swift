import CLMDB

/// Changes that become visible and durable together. Made by `Environment.write`.
///
/// It sees its own changes. Bytes that it hands out end with its next change: the compiler
/// refuses to change it while they are in use.
@safe public struct WriteTransaction: ~Copyable {
  private var handle: OpaquePointer?
  private let environment: Environment
  private let excludesReaders: Bool
  private var opened: [Database] = []
  /// Whether the map was full, which undoes it and runs the body again.
  private(set) var isOutOfRoom = false
  /// Whether `cancel` was called.
  public private(set) var isCancelled = false

  init(environment: Environment, excludesReaders: Bool) throws(StoreError) {
    var begun: OpaquePointer?
    let code = unsafe mdb_txn_begin(environment.handle, nil, 0, &begun)
    guard code == 0 else {
      throw StoreError(
        code: code, operation: "begin writing", subject: environment.path,
        file: environment.path)
    }
    unsafe self.handle = begun
    self.environment = environment
    self.excludesReaders = excludesReaders
  }

  deinit {
    guard environment.mark.isCurrent else { return }
    if let handle = unsafe handle { unsafe mdb_txn_abort(handle) }
  }

  mutating func commit() throws(StoreError) {
    let code = unsafe mdb_txn_commit(handle)
    unsafe handle = nil  // freed by LMDB whatever came of it
    try check(code, "commit to")
    environment.handles.publish(opened)
  }

  /// Tells states of the store apart: one more than the ``Snapshot/number`` of the state that it
  /// began with.
  public var number: Int { unsafe Int(mdb_txn_id(handle)) }

  /// Leaves the store as it was: nothing is committed when the body returns.
  public mutating func cancel() { isCancelled = true }

  private var look: Look {
    unsafe Look(transaction: handle, environment: environment, opened: opened)
  }

  private mutating func check(
    _ code: Int32, _ operation: String, _ database: String? = nil, key: String? = nil
  ) throws(StoreError) {
    if code == 0 { return }
    if code == MDB_MAP_FULL { isOutOfRoom = true }
    let location = database.map { "database '\($0)'" } ?? environment.path
    throw StoreError(
      code: environment.meaning(of: code), operation: operation,
      subject: key.map { "'\($0)' in \(location)" } ?? location,
      file: environment.path)
  }

  // MARK: Databases

  /// A named database, made where it is missing.
  ///
  /// - Throws: `.databasesFull`; `.badKey` for an empty name or one above 511 bytes.
  public mutating func database(named name: String) throws(StoreError) -> Database {
    if let known = try open(name, flags: MDB_CREATE) { return known }
    throw StoreError(
      code: MDB_NOTFOUND, operation: "create", subject: "database '\(name)'",
      file: environment.path)
  }

  /// A named database that exists, or nil; nothing is made.
  public mutating func existingDatabase(named name: String) throws(StoreError) -> Database? {
    try open(name, flags: 0)
  }

  private mutating func open(_ name: String, flags: Int32) throws(StoreError) -> Database? {
    if let known = opened.first(where: { $0.name == name }) { return known }
    if let known = environment.handles.lookUp(name) { return known }
    guard (1...Look.longestKey).contains(name.utf8.count), !name.utf8.contains(0) else {
      throw StoreError(
        kind: .badKey, operation: "open", subject: "database '\(name)'",
        detail: "a name has 1 to \(Look.longestKey) bytes, none of them zero")
    }
    var slot: MDB_dbi = 0
    let code = unsafe mdb_dbi_open(handle, name, UInt32(flags), &slot)
    if code == MDB_NOTFOUND, flags & MDB_CREATE == 0 { return nil }
    try check(code, "open", name)
    let database = environment.handles.make(name: name, slot: slot)
    opened.append(database)
    return database
  }

  /// Removes a database with everything in it. Its value must not be used any more, even where
  /// the transaction is undone afterwards: look it up again.
  ///
  /// - Throws: `.misuse` unless the write excludes readers, because LMDB closes the handle that
  ///   they use.
  public mutating func drop(_ database: Database) throws(StoreError) {
    guard excludesReaders else {
      throw StoreError(
        kind: .misuse, operation: "drop", subject: "database '\(database.name)'",
        detail: "readers are not excluded", hint: "write with excludingReaders: true")
    }
    let slot = try look.slot(of: database)
    opened.removeAll { $0 == database }
    environment.handles.remove(database)
    try check(unsafe mdb_drop(handle, slot, 1), "drop", database.name)
  }

  /// Removes every entry of a database, which stays.
  public mutating func removeAll(in database: Database) throws(StoreError) {
    let slot = try look.slot(of: database)
    try check(unsafe mdb_drop(handle, slot, 0), "empty", database.name)
  }

  // MARK: Changes

  /// Sets the value of a key, in place of an earlier one.
  ///
  /// - Throws: `.badKey` for an empty key or one above 511 bytes, `.badValue` for a value above
  ///   4 GiB - 1, `.noSpace`.
  public mutating func put(
    _ value: RawSpan, for key: String, in database: Database
  ) throws(StoreError) {
    try putReserving(byteCount: value.byteCount, for: key, in: database) { reserved in
      unsafe reserved.withUnsafeMutableBytes { target in
        unsafe value.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
      }
    }
  }

  /// Sets the value of a key, in place of an earlier one.
  public mutating func put(
    _ value: [UInt8], for key: String, in database: Database
  ) throws(StoreError) {
    try put(unsafe value.span.bytes, for: key, in: database)
  }

  /// Sets the value of a key by filling it where it will lie, without a copy in between.
  ///
  /// - Parameters:
  ///   - byteCount: The bytes of the value, 0 to 4 GiB - 1.
  ///   - key: 1 to 511 bytes of UTF-8.
  ///   - database: Where to put it.
  ///   - fill: Writes **every** byte; what it leaves holds whatever memory held before. An error
  ///     that it throws undoes the transaction if the body lets it pass.
  public mutating func putReserving(
    byteCount: Int, for key: String, in database: Database,
    fill: (inout MutableRawSpan) throws(StoreError) -> Void
  ) throws(StoreError) {
    let slot = try look.slot(of: database)
    try Look.checkKey(key)
    guard (0...Int(UInt32.max)).contains(byteCount) else {
      throw StoreError(
        kind: .badValue, operation: "put", subject: "'\(key)' in '\(database.name)'",
        detail: "\(byteCount) bytes; a value has 0 to \(UInt32.max)")
    }
    var data = unsafe MDB_val(mv_size: byteCount, mv_data: nil)
    let code = unsafe Look.withValue(of: key) { name in
      unsafe mdb_put(handle, slot, &name, &data, UInt32(MDB_RESERVE))
    }
    try check(code, "put", database.name, key: key)
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: data.mv_data, count: byteCount)
    var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
    try fill(&span)
  }

  /// Removes a key.
  ///
  /// - Returns: Whether it was there.
  @discardableResult
  public mutating func delete(_ key: String, in database: Database) throws(StoreError) -> Bool {
    let slot = try look.slot(of: database)
    try Look.checkKey(key)
    let code = unsafe Look.withValue(of: key) { unsafe mdb_del(handle, slot, &$0, nil) }
    if code == MDB_NOTFOUND { return false }
    try check(code, "delete", database.name, key: key)
    return true
  }

  // MARK: Reading what is there

  /// The value of a key, or nil where there is none. Ends with the next change.
  @_lifetime(borrow self)
  public func value(for key: String, in database: Database) throws(StoreError) -> RawSpan? {
    guard let found = unsafe try look.value(for: key, in: database) else { return nil }
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: found), borrowing: self)
  }

  /// Whether a key is there.
  public func contains(_ key: String, in database: Database) throws(StoreError) -> Bool {
    unsafe try look.value(for: key, in: database) != nil
  }

  /// The entries of a database in the order of their keys' bytes. No change while it is in use.
  @_lifetime(borrow self)
  public func cursor(in database: Database) throws(StoreError) -> Cursor {
    let cursor = try look.cursor(in: database)
    return unsafe _overrideLifetime(cursor, borrowing: self)
  }

  /// The size of a database, this transaction's changes included.
  public func statistics(of database: Database) throws(StoreError) -> DatabaseStatistics {
    try look.statistics(of: database)
  }

  /// The names of all databases, in the order of their bytes.
  public func databaseNames() throws(StoreError) -> [String] { try look.databaseNames() }
}
