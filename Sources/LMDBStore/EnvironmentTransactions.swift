import CLMDB

extension Environment {
  /// Runs a body that reads one state of the store.
  ///
  /// Any number may run at a time, on any thread, and they may be nested. What the body borrows
  /// from the transaction cannot leave it. A long read keeps the writer from reusing pages and
  /// from growing the map: read a batch, not a day.
  ///
  /// - Returns: What the body returns.
  /// - Throws: What the body throws, `.readersFull`, or `.system` after a lost map.
  public func read<Output>(
    _ body: (borrowing ReadTransaction) throws(StoreError) -> Output
  ) throws(StoreError) -> Output {
    let transaction = try beginReading()
    return try body(transaction)
  }

  func beginReading() throws(StoreError) -> ReadTransaction {
    var attempts = 0
    while true {
      do throws(StoreError) {
        return try ReadTransaction(environment: self)
      } catch {
        attempts += 1
        guard attempts <= 3 else { throw error }
        switch error.kind {
        case .readersFull: try freeStaleReaders()
        case .mapResized: try adoptSize()
        default: throw error
        }
      }
    }
  }

  /// Runs a body that writes, and commits what it wrote all at once, on disk when this returns.
  ///
  /// The body may be run again: where the map is full, everything it did is undone, the map
  /// grows, and it starts anew. So it must write the same again and change nothing outside that
  /// it cannot change twice. An error thrown by it, or `WriteTransaction.cancel()`, leaves the
  /// store as it was.
  ///
  /// - Parameters:
  ///   - excludingReaders: Whether this process's readers are waited for and kept out until the
  ///     end, which dropping a database needs.
  ///   - body: What to write. Runs on the calling thread.
  /// - Returns: What the body returned.
  /// - Throws: What the body throws; `.mapFull` at the largest map size, `.noSpace`,
  ///   `.readersActive` where this process's readers do not end, `.misuse` inside another
  ///   write, `.readOnly`.
  public func write<Output>(
    excludingReaders: Bool = false,
    _ body: (inout WriteTransaction) throws(StoreError) -> Output
  ) throws(StoreError) -> Output {
    if options.isReadOnly {
      throw StoreError(
        kind: .readOnly, operation: "write to", subject: path,
        detail: "it was opened for reading only")
    }
    return try writing(excludingReaders: excludingReaders, body)
  }

  /// Writes a little to a store that is open for reading only, with snapshots held meanwhile; see
  /// ``write(excludingReaders:_:)`` and ``Options/allowsBriefWrites``.
  ///
  /// The map does not grow for it: that would wait for the very snapshots that are held.
  ///
  /// - Throws: `.readOnly` where the file may not be written, `.mapFull` where there is no room in
  ///   the map, as under a limit of address space; otherwise as there.
  public func writeBriefly<Output>(
    _ body: (inout WriteTransaction) throws(StoreError) -> Output
  ) throws(StoreError) -> Output {
    guard allowsBriefWrites || !options.isReadOnly else {
      throw StoreError(
        kind: .readOnly, operation: "write to", subject: path,
        detail: "it was opened for reading only")
    }
    return try writing(excludingReaders: false, movesMap: false, body)
  }

  private func writing<Output>(
    excludingReaders: Bool, movesMap: Bool = true,
    _ body: (inout WriteTransaction) throws(StoreError) -> Output
  ) throws(StoreError) -> Output {
    try checkUsable()
    guard writer.take() else {
      throw StoreError(
        kind: .misuse, operation: "write to", subject: path,
        detail: "this thread is writing to it already",
        hint: "use the transaction at hand; writes do not nest")
    }
    defer { writer.give() }
    try checkBeforeWriting()
    if excludingReaders { try waitForReaders() }
    defer { if excludingReaders { gate.endMove() } }

    var adoptions = 0
    while true {
      try checkUsable()
      var needsRoom = false
      do throws(StoreError) {
        var transaction = try WriteTransaction(
          environment: self, excludesReaders: excludingReaders)
        do throws(StoreError) {
          let output = try body(&transaction)
          if !transaction.isCancelled, !transaction.isOutOfRoom {
            try transaction.commit()
            completeLength()
          }
          needsRoom = transaction.isOutOfRoom
          if !needsRoom { return output }
        } catch {
          guard transaction.isOutOfRoom else { throw error }
          needsRoom = true
        }
      } catch {
        adoptions += 1
        guard error.kind == .mapResized, adoptions <= 3, movesMap else { throw error }
        try adoptSize()
      }
      if needsRoom, !movesMap {
        throw StoreError(code: MDB_MAP_FULL, operation: "write to", subject: path, file: path)
      }
      if needsRoom { try grow() }
    }
  }

  /// Frees the slots of readers whose process has died.
  ///
  /// - Returns: How many there were.
  @discardableResult
  public func freeStaleReaders() throws(StoreError) -> Int {
    try checkUsable()
    var freed: Int32 = 0
    let code = unsafe mdb_reader_check(handle, &freed)
    if code != 0 {
      throw StoreError(code: code, operation: "check readers of", subject: path, file: path)
    }
    return Int(freed)
  }

  /// A named database that exists, or nil.
  ///
  /// Call it before beginning a transaction: the first look-up of a name waits for the writer of
  /// this process. Inside a write use `WriteTransaction.database(named:)`.
  ///
  /// - Throws: `.misuse` inside a transaction for a name not looked up before.
  public func database(named name: String) throws(StoreError) -> Database? {
    try checkUsable()
    if let known = handles.lookUp(name) { return known }
    func misuse() -> StoreError {
      StoreError(
        kind: .misuse, operation: "open", subject: "database '\(name)' in \(path)",
        detail: "a transaction of this thread is open",
        hint: "look the database up before beginning it")
    }
    if gate.isReading { throw misuse() }
    // LMDB lets one transaction at a time open databases; writers do too, so this waits for them.
    guard writer.take() else { throw misuse() }
    defer { writer.give() }
    if let known = handles.lookUp(name) { return known }
    var transaction = try beginReading()
    // LMDB looks it up in a list that was not checked yet where nothing is written.
    var check = PageCheck(transaction.pages)
    _ = check.databases()
    if let flaw = check.flaws.first { throw flaw.error(in: path) }
    var slot: MDB_dbi = 0
    let code = unsafe mdb_dbi_open(transaction.handle, name, 0, &slot)
    if code == MDB_NOTFOUND { return nil }
    if code != 0 {
      throw StoreError(
        code: code, operation: "open", subject: "database '\(name)' in \(path)", file: path)
    }
    // The handle outlives the transaction only if that is committed, reading or not.
    try transaction.keepHandles()
    let database = handles.make(name: name, slot: slot)
    handles.publish([database])
    return database
  }

  /// The names of all databases, in the order of their bytes.
  public func databaseNames() throws(StoreError) -> [String] {
    try read { transaction throws(StoreError) in
      try transaction.databaseNames()
    }
  }
}
