import Files
import LMDBStore

/// A prepared dataset: records, values of views, splits and quarantine, in one folder.
///
/// One process at a time writes to a cache, any number read it meanwhile. Within a process it is
/// open once; its readers may be on any thread, its writes on one thread at a time (a dedicated
/// one is best). What a call stores is on disk, all of it or nothing, when the call returns.
///
/// A cache may be divided into shards, each of which a process of its own prepares (``open(at:for:shard:initialMapSize:)``
/// with a ``Shard``); after the merge it is read as one. Its tracks are written shard by shard, never through
/// the whole.
public final class Cache: Sendable {
  /// What a cache is opened for.
  public enum Access: Sendable, Hashable {
    /// Reading; the cache must exist.
    case reading
    /// Reading the same values again and again, as a loader does; the cache must exist. Pages that were
    /// touched stay mapped, the system reads nothing ahead that nobody asks for, a writer of another
    /// process may let the file grow, and ``CacheSamples/keep(_:)`` can keep statistics.
    case loading
    /// Reading and writing; the cache must exist.
    case writing
    /// Reading and writing; made where there is nothing or an empty folder, and where an earlier
    /// making did not end.
    case creating

    var isReadOnly: Bool { self == .reading || self == .loading }
  }

  /// The folder.
  public let path: String
  /// What it was opened for.
  public let access: Access
  /// The shard that this is by itself; nil for a whole cache.
  public let shard: Shard?
  /// Where the one store lies, or that of the whole.
  let store: StoreFiles
  let environment: Environment
  /// The shards of a divided cache, as they were when it was opened; none where there is one store.
  let shards: [StoreState]
  private let lock: ExclusiveLock?
  /// The one state that is read, where this is a cache as it was at a moment.
  private let pinned: CacheState?

  init(
    path: String, access: Access, shard: Shard? = nil, store: StoreFiles, environment: Environment,
    shards: [StoreState] = [], lock: ExclusiveLock? = nil, pinned: CacheState? = nil
  ) {
    self.path = path
    self.access = access
    self.shard = shard
    self.store = store
    self.environment = environment
    self.shards = shards
    self.lock = lock
    self.pinned = pinned
  }

  /// Whether it is a divided cache as a whole.
  public var isDivided: Bool { !shards.isEmpty }

  /// Whether it is read without locks, as on a file system that other machines have too: whoever prepares it in
  /// place meanwhile may take pages that are being read.
  public var isUnlocked: Bool { environment.isUnlocked }

  /// How many files its values lie in.
  public var shardCount: Int { max(1, shards.count) }

  /// The cache as it is at this moment, for reading: whatever any process stores meanwhile does not show,
  /// so that what is read in many calls fits together.
  ///
  /// While it lives, pages that a writer frees are not used again, so the file of a cache that is being
  /// prepared grows more; and a writer of this process may have to wait for it. The card is a file of its
  /// own, and no part of the state.
  public func snapshot() throws(CacheError) -> Cache {
    if pinned != nil { return self }
    return Cache(
      path: path, access: .reading, shard: shard, store: store, environment: environment,
      shards: shards, pinned: try state(nil))
  }

  // MARK: What the extensions share

  /// The state of now, or the one that this cache is pinned to.
  ///
  /// - Parameter names: the databases that will be read; nil for all.
  func state(_ names: [String]?) throws(CacheError) -> CacheState {
    if let pinned { return pinned }
    let home = try StoreState(
      of: environment, databases: names.map { $0 + [Layout.checksums, Layout.totals] })
    return CacheState(home: home, shards: shards)
  }

  /// A copy of a value, or nil.
  func bytes(for key: String, in name: String) throws(CacheError) -> [UInt8]? {
    try state([name]).bytes(of: key, in: name)
  }

  /// Every key of a database with a copy of its value, in the order of the keys.
  func entries(of name: String) throws(CacheError) -> [(key: String, value: [UInt8])] {
    try state([name]).entries(of: name)
  }

  /// Whether this is the cache as it was at a moment.
  var isSnapshot: Bool { pinned != nil }

  func put(_ value: [UInt8], for key: String, in name: String) throws(CacheError) {
    try write { transaction throws(StoreError) in
      try transaction.put(value, for: key, in: name)
    }
  }

  /// Refuses to write tracks or files to a divided cache as a whole.
  func checkHoldsTracks(_ operation: String) throws(CacheError) {
    if shards.isEmpty { return }
    throw CacheError(
      kind: .readOnly, operation: operation, subject: path,
      detail: "it is divided, and its tracks are written shard by shard",
      hint: "open the shard by its number")
  }
}

/// A copy of borrowed bytes.
func copy(_ span: RawSpan?) -> [UInt8]? {
  guard let span else { return nil }
  return unsafe span.withUnsafeBytes { unsafe Array($0) }
}
