import Glibc
import Synchronization

/// The files that this process has open as stores.
///
/// LMDB keeps POSIX locks, which a process loses on all its handles when it closes one of them:
/// opening a file twice would silently unlock it. Files are told apart by device and inode, so
/// links and other spellings of the path count as the same file.
enum OpenFiles {
  struct Identity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
  }

  private static let identities = Mutex<Set<Identity>>([])

  /// Claims a file; false where this process has it already.
  static func claim(_ identity: Identity) -> Bool {
    identities.withLock { $0.insert(identity).inserted }
  }

  static func release(_ identity: Identity) {
    identities.withLock { _ = $0.remove(identity) }
  }

  /// The path without links. LMDB puts its lock file beside the path it is given: two processes
  /// that come by different links must find the same one.
  static func resolve(_ path: String) throws(StoreError) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw StoreError(code: errno, operation: "open", subject: path, file: path)
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The identity of the file at a path, made (empty) where it is missing and `creating`.
  static func identify(_ path: String, creating: Bool) throws(StoreError) -> Identity {
    if creating {
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      if descriptor < 0 {
        throw StoreError(code: errno, operation: "create", subject: path, file: path)
      }
      close(descriptor)
    }
    var status = stat()
    if unsafe stat(path, &status) != 0 {
      throw StoreError(code: errno, operation: "open", subject: path, file: path)
    }
    if status.st_mode & S_IFMT != S_IFREG {
      throw StoreError(
        kind: .notAStore, operation: "open", subject: path, detail: "it is not a regular file",
        hint: "give the path of a store's file")
    }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}
