import CLMDB
import Glibc
import Synchronization

/// A store: one LMDB file (its locks lie beside it in `<file>-lock`) with named databases.
///
/// Readers may be on any thread and never wait for the writer; a reader sees the state of the
/// moment it began. One writer at a time, in all processes. A commit is on disk when `write`
/// returns (LMDB's default synchronisation), and a process killed at any moment leaves the last
/// commit. Transactions are closures: what they hand out cannot outlive them, and a mapped file
/// that has to move (`MDB_MAP_FULL`, or grown by another process) moves between them.
///
/// The file is closed when the last reference goes. A process may have it open once only; the
/// second opening is refused with `StoreError.Kind.alreadyOpen`. A forked child cannot use what it
/// inherits (`.forked`) and opens the file anew.
@safe
public final class Environment: @unchecked Sendable {
  // Unchecked: `handle` is set once; LMDB lets any thread begin transactions on it, and the one
  // call that may not overlap them (moving the map) is made behind `gate` and `writer` only.

  /// How a store is opened.
  public struct Options: Sendable, Hashable {
    /// Whether only reading is allowed; the file must exist then.
    public var isReadOnly: Bool
    /// Whether the system's read-ahead is switched off. Large values then come in page by page
    /// from a cold disk, 12 times slower: only with a loader that asks for them beforehand.
    public var withoutReadAhead: Bool
    /// Whether pages that were touched stay mapped into this process: for a loader that reads the
    /// same values again and again. They then count as its memory.
    public var keepsPagesMapped: Bool
    /// Whether a tebibyte of address space is mapped at once, as far as the system has it, so that
    /// a file which another process grows never moves the map under a ``Snapshot``.
    public var mapsAhead: Bool
    /// Whether a store that is open for reading only may be written all the same, with
    /// ``Environment/writeBriefly(_:)``; where the file may not be written, it just is not.
    public var allowsBriefWrites: Bool
    /// Whether a store that is open for reading only takes no locks: on a file system where they do not hold.
    public var withoutLocks: Bool
    /// The bytes of the first map, address space and not memory, at least one page.
    public var initialMapSize: Int
    /// The bytes up to which the map may grow.
    public var maximumMapSize: Int
    /// How many named databases may be open at a time.
    public var maximumDatabases: Int
    /// How many read transactions may be active at a time, in all processes.
    public var maximumReaders: Int
    /// The seconds for which growth waits for this process's readers to end.
    public var secondsToWaitForReaders: Int

    /// Makes options; the defaults suit a writer of large values.
    public init(
      isReadOnly: Bool = false, withoutReadAhead: Bool = false, keepsPagesMapped: Bool = false,
      mapsAhead: Bool = false, allowsBriefWrites: Bool = false, withoutLocks: Bool = false,
      initialMapSize: Int = 4 << 30,
      maximumMapSize: Int = 1 << 44, maximumDatabases: Int = 512,
      maximumReaders: Int = 510,
      secondsToWaitForReaders: Int = 60
    ) {
      self.isReadOnly = isReadOnly
      self.withoutReadAhead = withoutReadAhead
      self.keepsPagesMapped = keepsPagesMapped
      self.mapsAhead = mapsAhead
      self.allowsBriefWrites = allowsBriefWrites
      self.withoutLocks = withoutLocks
      self.initialMapSize = initialMapSize
      self.maximumMapSize = maximumMapSize
      self.maximumDatabases = maximumDatabases
      self.maximumReaders = maximumReaders
      self.secondsToWaitForReaders = secondsToWaitForReaders
    }
  }

  /// The path that it was opened by.
  public let path: String
  /// The options that it was opened with.
  public let options: Options
  /// Whether it was opened without locks, because the folder may not be written. Nothing keeps a
  /// writer of another process from reusing pages that are being read then.
  public let isUnlocked: Bool

  /// Whether ``writeBriefly(_:)`` can work.
  public let allowsBriefWrites: Bool

  let handle: OpaquePointer
  let descriptor: Int32
  let pageSize: Int
  /// What readers read, as far as the file reached when it was last mapped.
  let pageMap = Mutex<PageMap?>(nil)
  /// Whether all pages were found sound.
  let isChecked = Atomic<Bool>(false)
  let mark = ForkMark()
  let gate = AccessGate()
  let writer = WriterLock()
  let handles = HandleTable()
  /// Nil where pages stay mapped.
  let residency: Residency?
  /// Set when the map could not be moved: LMDB has none then, and any use would crash.
  let isLost = Atomic<Bool>(false)
  private let identity: OpenFiles.Identity

  /// Opens a store, and makes it where it is missing unless it is for reading only.
  ///
  /// Slots of readers that were killed are freed. Where only reading is asked and the lock file
  /// cannot be made (a folder that may not be written), it is opened without locks.
  ///
  /// - Throws: `StoreError`: `.alreadyOpen`, `.fileNotFound`, `.notAStore`, `.versionMismatch`,
  ///   `.truncated` (the file ends before its last page), `.damaged` (a meta page; for a writer,
  ///   any page), `.unbegun`, `.permissionDenied`, `.noSpace`.
  public init(path: String, options: Options = Options()) throws(StoreError) {
    try OpenFiles.check(path, creating: !options.isReadOnly)
    guard let identity = try OpenFiles.claim(path) else {
      throw StoreError(
        kind: .alreadyOpen, operation: "open", subject: path,
        detail: "this process has it open already",
        hint: "use the environment that is open, or close it first")
    }
    do throws(StoreError) {
      let opened = try Self.openHandle(path: OpenFiles.resolve(path), options: options)
      unsafe self.handle = opened.handle
      self.isUnlocked = opened.isUnlocked
      self.allowsBriefWrites = opened.isWritable && options.isReadOnly
    } catch {
      OpenFiles.release(identity)
      throw error
    }
    var (descriptor, status) = (Int32(-1), MDB_stat())
    unsafe mdb_env_get_fd(handle, &descriptor)
    unsafe mdb_env_stat(handle, &status)
    self.descriptor = descriptor
    pageSize = Int(status.ms_psize)
    residency = options.keepsPagesMapped ? nil : Residency(descriptor: descriptor)
    self.path = path
    self.options = options
    self.identity = identity
    if !options.isReadOnly { try checkBeforeWriting() }
  }

  deinit {
    guard mark.isCurrent else { return }
    unsafe mdb_env_close(handle)
    OpenFiles.release(identity)
  }

  /// The size of the store, its free pages included.
  public func statistics() throws(StoreError) -> StoreStatistics {
    try checkUsable()
    gate.beginRead()
    defer { gate.endRead() }
    try checkUsable()
    var info = unsafe MDB_envinfo()
    unsafe mdb_env_info(handle, &info)
    return unsafe StoreStatistics(
      pageSize: pageSize, usedBytes: (Int(info.me_last_pgno) + 1) * pageSize,
      mapSize: Int(info.me_mapsize), readers: Int(info.me_numreaders))
  }

  func checkCurrent(_ database: Database) throws(StoreError) {
    if handles.isCurrent(database) { return }
    throw StoreError(
      kind: .staleDatabase, operation: "use", subject: "database '\(database.name)'",
      detail: "it was dropped", hint: "look it up again")
  }

  func checkUsable() throws(StoreError) {
    if !mark.isCurrent {
      throw StoreError(
        kind: .forked, operation: "use", subject: path,
        detail: "it was opened before this process was forked off",
        hint: "open it again in the child process")
    }
    if isLost.load(ordering: .acquiring) {
      throw StoreError(
        kind: .system, operation: "use", subject: path,
        detail: "its map was lost when it could not be moved",
        hint: "end the program and run again; what was committed is kept")
    }
  }
}
