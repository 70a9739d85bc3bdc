import Wording
import CLMDB

/// The look-ups of a write transaction, which sees its own changes, by LMDB. Lives no longer than
/// the transaction whose handle it holds; the transaction binds what it finds to itself.
@safe struct Look {
  /// What LMDB is built with.
  static let longestKey = 511

  let transaction: OpaquePointer?
  let environment: Environment
  /// What the transaction has opened itself, which the environment does not know yet.
  var opened: [Database] = []

  static func checkKey(_ key: String) throws(StoreError) {
    let count = key.utf8.count
    if (1...longestKey).contains(count) { return }
    throw StoreError(
      kind: .badKey, operation: "use", subject: "the key '\(key.prefix(40))'",
      detail: "it has \(Words.counted(count, "byte")); a key has 1 to \(longestKey)",
      hint: "use a shorter name")
  }

  /// Lends a key's UTF-8 to LMDB, which does not write to it.
  static func withValue<Output>(of key: String, _ body: (inout MDB_val) -> Output) -> Output {
    var key = key
    return key.withUTF8 { bytes in
      var value = unsafe MDB_val(
        mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      return unsafe body(&value)
    }
  }

  func slot(of database: Database) throws(StoreError) -> MDB_dbi {
    if !opened.contains(database) { try environment.checkCurrent(database) }
    environment.residency?.note(4)
    return database.slot
  }

  func value(
    for key: String, in database: Database
  ) throws(StoreError) -> UnsafeRawBufferPointer? {
    let slot = try slot(of: database)
    try Self.checkKey(key)
    var data = unsafe MDB_val()
    let code = unsafe Self.withValue(of: key) { unsafe mdb_get(transaction, slot, &$0, &data) }
    if code == MDB_NOTFOUND { return nil }
    try check(code, "get", "'\(key)' in '\(database.name)'")
    return unsafe UnsafeRawBufferPointer(start: data.mv_data, count: data.mv_size)
  }

  @_lifetime(immortal)
  func cursor(in database: Database) throws(StoreError) -> Cursor {
    let slot = try slot(of: database)
    var opened: OpaquePointer?
    try check(
      unsafe mdb_cursor_open(transaction, slot, &opened), "walk", "database '\(database.name)'")
    guard let cursor = unsafe opened else {
      throw StoreError(
        code: MDB_PANIC, operation: "walk", subject: "database '\(database.name)'",
        file: environment.path)
    }
    return unsafe Cursor(
      handle: cursor, name: database.name, file: environment.path,
      residency: environment.residency)
  }

  func statistics(of database: Database) throws(StoreError) -> DatabaseStatistics {
    var status = MDB_stat()
    let slot = try slot(of: database)
    try check(
      unsafe mdb_stat(transaction, slot, &status), "measure", "database '\(database.name)'")
    let pages = Int(
      status.ms_branch_pages + status.ms_leaf_pages + status.ms_overflow_pages)
    return DatabaseStatistics(
      entries: Int(status.ms_entries), pages: pages, bytes: pages * Int(status.ms_psize))
  }

  func databaseNames() throws(StoreError) -> [String] {
    // The unnamed database, slot 1 for every transaction, holds the named ones under their names.
    var opened: OpaquePointer?
    try check(
      unsafe mdb_cursor_open(transaction, 1, &opened), "list databases of", environment.path)
    guard let handle = unsafe opened else { return [] }
    var cursor = unsafe Cursor(handle: handle, name: "", file: environment.path)
    var names: [String] = []
    while try cursor.next() { names.append(cursor.keyText) }
    return names
  }

  private func check(
    _ code: Int32, _ operation: String, _ subject: @autoclosure () -> String
  ) throws(StoreError) {
    if code == 0 { return }
    throw StoreError(
      code: code, operation: operation, subject: subject(), file: environment.path)
  }
}
