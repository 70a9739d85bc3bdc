/// A walk over a database of one state, in the order of the keys' bytes, that is taken step by
/// step: several of them can go side by side, such as those of the shards of one cache.
///
///     var walk = try snapshot.steps(of: tracks)
///     while try walk.next() { use(walk.key, walk.value) }
///
/// What it shows stays valid for as long as its ``Snapshot`` lives, which it keeps.
@safe public struct SnapshotWalk {
  private let snapshot: Snapshot
  private let pages: StorePages
  private let name: String
  private var walk: TreeWalk
  private var shown: (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

  init(_ snapshot: Snapshot, _ pages: StorePages, _ tree: TreeRecord, name: String) {
    self.snapshot = snapshot
    self.pages = pages
    self.name = name
    walk = TreeWalk(pages, tree)
    unsafe shown = Self.nothing
  }

  private static var nothing: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
    unsafe (.init(start: nil, count: 0), .init(start: nil, count: 0))
  }

  /// Steps to the next entry, the first one at the beginning.
  ///
  /// - Returns: whether there is one.
  /// - Throws: `StoreError` `.damaged`.
  public mutating func next() throws(StoreError) -> Bool {
    snapshot.environment.residency?.note(1)
    var walk = walk
    let found = unsafe try pages.naming(name) {
      () throws(PageFlaw) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer)? in
      try walk.next() ? unsafe (walk.key, try walk.value()) : nil
    }
    self.walk = walk
    unsafe shown = found ?? Self.nothing
    return unsafe found != nil
  }

  /// The bytes of the key; empty before the first step and after the last.
  public var key: UnsafeRawBufferPointer { unsafe shown.key }
  /// The bytes of the value, in the mapped file; empty before the first step and after the last.
  public var value: UnsafeRawBufferPointer { unsafe shown.value }
}

extension Snapshot {
  /// A walk over the entries of a database, which has none where the database does not exist.
  ///
  /// - Throws: `StoreError` as ``walk(_:_:)``.
  public func steps(of database: Database) throws(StoreError) -> SnapshotWalk {
    SnapshotWalk(self, pages, try tree(of: database) ?? .none, name: database.name)
  }
}
