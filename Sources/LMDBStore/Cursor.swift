import CLMDB

/// A walk over the entries of a database, in the order of their keys' bytes.
///
///     var cursor = try transaction.cursor(in: tracks)
///     while try cursor.next() { use(cursor.keyText, cursor.value) }
///
/// It cannot outlive its transaction, and the bytes it shows end with its next step.
@safe public struct Cursor: ~Copyable, ~Escapable {
  /// LMDB's own, which sees what its transaction has changed; nil where the pages are walked
  /// instead.
  private let handle: OpaquePointer?
  private var walk: (pages: StorePages, walk: TreeWalk)?
  private let name: String
  private let file: String
  private let residency: Residency?
  private var currentKey = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private var currentValue = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  @_lifetime(immortal)
  init(handle: OpaquePointer, name: String, file: String, residency: Residency? = nil) {
    unsafe self.handle = handle
    self.name = name
    self.file = file
    self.residency = residency
  }

  /// A walk over the pages of a tree.
  @_lifetime(immortal)
  init(_ pages: StorePages, _ tree: TreeRecord, name: String, residency: Residency?) {
    unsafe handle = nil
    walk = (pages, TreeWalk(pages, tree))
    self.name = name
    file = pages.file
    self.residency = residency
  }

  deinit { if let handle = unsafe handle { unsafe mdb_cursor_close(handle) } }

  /// Steps to the next entry, the first one at the beginning.
  ///
  /// - Returns: Whether there is one.
  @_lifetime(self: copy self)
  public mutating func next() throws(StoreError) -> Bool {
    residency?.note(1)
    if walk != nil {
      return try step { (walk: inout TreeWalk) throws(PageFlaw) in try walk.next() }
    }
    var (found, value) = unsafe (MDB_val(), MDB_val())
    let code = unsafe mdb_cursor_get(handle, &found, &value, MDB_NEXT)
    unsafe show(code, found, value)
    return try Self.isFound(code, name: name, file: file)
  }

  /// Goes to a key, or to the first one after it.
  ///
  /// - Returns: Whether there is one.
  @_lifetime(self: copy self)
  public mutating func seek(to key: String) throws(StoreError) -> Bool {
    try Look.checkKey(key)
    if walk != nil {
      var key = key
      return try step { (walk: inout TreeWalk) throws(PageFlaw) in
        let found = key.withUTF8 { key in
          Result { () throws(PageFlaw) in unsafe try walk.seek(to: UnsafeRawBufferPointer(key)) }
        }
        return try found.get()
      }
    }
    let (code, found, value) = unsafe Look.withValue(of: key) { [handle] name in
      var value = unsafe MDB_val()
      let code = unsafe mdb_cursor_get(handle, &name, &value, MDB_SET_RANGE)
      return unsafe (code, name, value)
    }
    unsafe show(code, found, value)
    return try Self.isFound(code, name: name, file: file)
  }

  @_lifetime(self: copy self)
  private mutating func step(
    _ body: (inout TreeWalk) throws(PageFlaw) -> Bool
  ) throws(StoreError) -> Bool {
    guard let (pages, begun) = walk else { return false }
    var walk = begun
    let (key, value) = unsafe try pages.naming(name) { () throws(PageFlaw) in
      try body(&walk) ? unsafe (walk.key, try walk.value()) : (nil, nil)
    }
    self.walk = (pages, walk)
    unsafe currentKey = key ?? UnsafeRawBufferPointer(start: nil, count: 0)
    unsafe currentValue = value ?? UnsafeRawBufferPointer(start: nil, count: 0)
    return unsafe key != nil
  }

  @_lifetime(self: copy self)
  private mutating func show(_ code: Int32, _ key: MDB_val, _ value: MDB_val) {
    let isFound = code == 0
    unsafe currentKey = UnsafeRawBufferPointer(
      start: isFound ? key.mv_data : nil, count: isFound ? key.mv_size : 0)
    unsafe currentValue = UnsafeRawBufferPointer(
      start: isFound ? value.mv_data : nil, count: isFound ? value.mv_size : 0)
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
      unsafe _overrideLifetime(RawSpan(_unsafeBytes: currentKey), borrowing: self)
    }
  }

  /// The key as text; bytes that are no UTF-8 are replaced.
  public var keyText: String {
    unsafe String(decoding: currentKey, as: UTF8.self)
  }

  /// The bytes of the value, in the mapped file; empty before the first step and after the last.
  public var value: RawSpan {
    @_lifetime(borrow self)
    get {
      unsafe _overrideLifetime(RawSpan(_unsafeBytes: currentValue), borrowing: self)
    }
  }
}
