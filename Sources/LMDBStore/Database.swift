/// A named database of an environment: a small value that transactions take.
///
/// It is valid for the environment that gave it until the database is dropped; later use is
/// refused with `StoreError.Kind.staleDatabase`.
public struct Database: Sendable, Hashable {
  /// The name under which the database is kept.
  public let name: String
  /// LMDB's slot for it. Slots are used again after a drop, which is why `identity` exists.
  let slot: UInt32
  /// Unique for every opening in this process.
  let identity: UInt64
  /// How many drops the environment had seen when this was opened.
  let dropCount: Int
}

/// The size of a database in the state that a transaction sees.
public struct DatabaseStatistics: Sendable, Hashable {
  /// How many keys there are.
  public let entries: Int
  /// How many pages of the tree and of large values there are.
  public let pages: Int
  /// How many bytes those pages take in the file.
  public let bytes: Int
}

/// The size of a whole store.
public struct StoreStatistics: Sendable, Hashable {
  /// The bytes of a page.
  public let pageSize: Int
  /// The bytes in use at the front of the file, free pages between them included.
  public let usedBytes: Int
  /// The bytes of the map, which bounds what can be written before it grows.
  public let mapSize: Int
  /// How many slots for readers are taken, in all processes.
  public let readers: Int
}
