import CLMDB
import Glibc

extension Environment {
  /// LMDB's handle and what came of the options.
  @safe struct Opened {
    let handle: OpaquePointer
    let isUnlocked: Bool
    let isWritable: Bool
  }

  /// Opens LMDB's handle; without locks where they cannot be had and reading is all that is asked.
  static func openHandle(path: String, options: Options) throws(StoreError) -> Opened {
    try examineBeginning(path: path, isReadOnly: options.isReadOnly)
    guard options.isReadOnly else {
      return unsafe Opened(
        handle: try openHandle(path: path, options: options, flags: 0), isUnlocked: false,
        isWritable: true)
    }
    var attempts: [Int32] = options.allowsBriefWrites && !options.withoutLocks ? [0] : []
    if !options.withoutLocks { attempts.append(MDB_RDONLY) }
    attempts.append(MDB_RDONLY | MDB_NOLOCK)
    for flags in attempts.dropLast() {
      do throws(StoreError) {
        return unsafe Opened(
          handle: try openHandle(path: path, options: options, flags: flags), isUnlocked: false,
          isWritable: flags & MDB_RDONLY == 0)
      } catch {
        guard error.kind == .permissionDenied else { throw error }
      }
    }
    return unsafe Opened(
      handle: try openHandle(path: path, options: options, flags: MDB_RDONLY | MDB_NOLOCK),
      isUnlocked: true, isWritable: false)
  }

  /// Opens with the map that the options ask for, and where a reader finds no address space for it,
  /// with one that is as long as the file.
  private static func openHandle(
    path: String, options: Options, flags: Int32
  ) throws(StoreError) -> OpaquePointer {
    guard options.isReadOnly else {
      // Under a limit of address space (ulimit -v) a smaller one does too: it grows when that is
      // needed.
      var size = max(options.initialMapSize, smallestMap)
      while size > smallestWritersMap {
        do throws(StoreError) {
          return unsafe try openHandle(path: path, options: options, flags: flags, mapSize: size)
        } catch {
          guard error.code == ENOMEM else { throw error }
          size /= 4
        }
      }
      return unsafe try openHandle(path: path, options: options, flags: flags, mapSize: size)
    }
    do throws(StoreError) {
      return unsafe try openHandle(
        path: path, options: options, flags: flags, mapSize: options.mapsAhead ? mapAhead : nil)
    } catch {
      guard error.code == ENOMEM else { throw error }
      return unsafe try openHandle(
        path: path, options: options, flags: flags, mapSize: smallestMap)
    }
  }

  private static let mapAhead = 1 << 40
  private static let smallestMap = 1 << 16
  /// Less than this holds no batch of tracks.
  private static let smallestWritersMap = 1 << 26

  /// - Parameter mapSize: LMDB takes at least what the file needs; nil for the size that the file's
  ///   last writer had.
  private static func openHandle(
    path: String, options: Options, flags: Int32, mapSize: Int?
  ) throws(StoreError) -> OpaquePointer {
    func check(_ code: Int32) throws(StoreError) {
      if code != 0 { throw StoreError(code: code, operation: "open", subject: path, file: path) }
    }
    var created: OpaquePointer?
    try check(unsafe mdb_env_create(&created))
    guard let handle = unsafe created else {
      throw StoreError(code: ENOMEM, operation: "open", subject: path, file: path)
    }
    do throws(StoreError) {
      if flags & MDB_NOLOCK == 0 { try reserveLockFile(path: path, options: options) }
      try check(unsafe mdb_env_set_maxdbs(handle, UInt32(clamping: options.maximumDatabases)))
      try check(unsafe mdb_env_set_maxreaders(handle, UInt32(clamping: options.maximumReaders)))
      var all = MDB_NOSUBDIR | MDB_NOTLS | flags
      if options.withoutReadAhead { all |= MDB_NORDAHEAD }
      if let mapSize { try check(unsafe mdb_env_set_mapsize(handle, mapSize)) }
      try check(unsafe mdb_env_open(handle, path, UInt32(all), 0o644))
      // A map that takes all that a limit of address space (ulimit -v) allows leaves none for threads.
      if !hasRoom(forBytes: spaceForOthers) { try check(ENOMEM) }
      if flags & MDB_NOLOCK == 0 {
        var freed: Int32 = 0
        try check(unsafe mdb_reader_check(handle, &freed))
      }
    } catch {
      unsafe mdb_env_close(handle)
      throw error
    }
    return unsafe handle
  }

  /// Takes the lock file's space on the volume before LMDB maps it: on a full volume the file would
  /// have its length but no blocks, and the first touch of the map would end the process (SIGBUS).
  private static func reserveLockFile(path: String, options: Options) throws(StoreError) {
    let lock = "\(path)-lock"
    let descriptor = unsafe open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    // LMDB finds whatever else is wrong with it, and its error is handled there.
    if descriptor < 0 { return }
    defer { close(descriptor) }
    // LMDB's own size: a slot of 64 bytes for each reader, and two for what they share. A file that
    // has it may be in use, and is left alone: some file systems can only write to take space.
    let length = off_t((options.maximumReaders + 2) * 64)
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size < length else { return }
    let code = posix_fallocate(descriptor, 0, length)
    if code == ENOSPC || code == EDQUOT {
      throw StoreError(code: code, operation: "open", subject: path, file: path)
    }
  }

  /// The bytes that the file has, and the bytes that its pages need; nil for a file without
  /// any commit.
  static func lengths(_ handle: OpaquePointer) -> (length: Int, used: Int)? {
    var descriptor: Int32 = -1
    var status = stat()
    var info = unsafe MDB_envinfo()
    var pages = MDB_stat()
    guard unsafe mdb_env_get_fd(handle, &descriptor) == 0,
      unsafe fstat(descriptor, &status) == 0,
      unsafe mdb_env_info(handle, &info) == 0,
      unsafe mdb_env_stat(handle, &pages) == 0
    else { return nil }
    return unsafe (Int(status.st_size), (Int(info.me_last_pgno) + 1) * Int(pages.ms_psize))
  }

  /// Makes the file as long as its pages say.
  ///
  /// LMDB does not write pages that were taken and given back within one transaction; at the end
  /// of the file they leave it shorter than it claims, which could not be distinguished from a
  /// file cut short. The missing bytes are free pages: their content does not matter.
  func completeLength() {
    guard let (length, used) = unsafe Self.lengths(handle), length < used else { return }
    var descriptor: Int32 = -1
    guard unsafe mdb_env_get_fd(handle, &descriptor) == 0 else { return }
    // A failure costs nothing now; the next commit tries again.
    _ = ftruncate(descriptor, off_t(used))
  }
}
