import CLMDB

/// A walk over the entries of a database, in the order of their keys' bytes.
///
///     var cursor = try transaction.cursor(in: tracks)
///     while try cursor.next() { use(cursor.keyText, cursor.value) }
///
/// It cannot outlive its transaction, and the bytes it shows end with its next step.
@safe public struct Cursor: ~Copyable, ~Escapable {
  private let handle: OpaquePointer
  private let name: String
  private let file: String
  private let residency: Residency?
  private var currentKey = unsafe MDB_val()
  private var currentValue = unsafe MDB_val()

  @_lifetime(immortal)
  init(handle: OpaquePointer, name: String, file: String, residency: Residency? = nil) {
    unsafe self.handle = handle
    self.name = name
    self.file = file
    self.residency = residency
  }

  deinit { unsafe mdb_cursor_close(handle) }

  /// Steps to the next entry, the first one at the beginning.
  ///
  /// - Returns: Whether there is one.
  @_lifetime(self: copy self)
  public mutating func next() throws(StoreError) -> Bool {
    residency?.note(1)
    var (found, value) = unsafe (MDB_val(), MDB_val())
    let code = unsafe mdb_cursor_get(handle, &found, &value, MDB_NEXT)
    unsafe currentKey = found
    unsafe currentValue = value
    if code != 0 { forget() }
    return try Self.isFound(code, name: name, file: file)
  }

  /// Goes to a key, or to the first one after it.
  ///
  /// - Returns: Whether there is one.
  @_lifetime(self: copy self)
  public mutating func seek(to key: String) throws(StoreError) -> Bool {
    try Look.checkKey(key)
    let (code, found, value) = unsafe Look.withValue(of: key) { [handle] name in
      var value = unsafe MDB_val()
      let code = unsafe mdb_cursor_get(handle, &name, &value, MDB_SET_RANGE)
      return unsafe (code, name, value)
    }
    unsafe currentKey = found
    unsafe currentValue = value
    if code != 0 { forget() }
    return try Self.isFound(code, name: name, file: file)
  }

  @_lifetime(self: copy self)
  private mutating func forget() {
    unsafe currentKey = MDB_val()
    unsafe currentValue = MDB_val()
  }

  private static func isFound(
    _ code: Int32, name: String, file: String
  ) throws(StoreError) -> Bool {
    if code == 0 { return true }
    if code == MDB_NOTFOUND { return false }
    throw StoreError(
      code: code, operation: "walk", subject: "database '\(name)'", file: file)
  }

  /// The bytes of the key; empty before the first step and after the last.
  public var key: RawSpan {
    @_lifetime(borrow self)
    get {
      let bytes = unsafe UnsafeRawBufferPointer(
        start: currentKey.mv_data, count: currentKey.mv_size)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }

  /// The key as text; bytes that are no UTF-8 are replaced.
  public var keyText: String {
    unsafe String(
      decoding: UnsafeRawBufferPointer(start: currentKey.mv_data, count: currentKey.mv_size),
      as: UTF8.self)
  }

  /// The bytes of the value, in the mapped file; empty before the first step and after the last.
  public var value: RawSpan {
    @_lifetime(borrow self)
    get {
      let bytes = unsafe UnsafeRawBufferPointer(
        start: currentValue.mv_data, count: currentValue.mv_size)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }
}
