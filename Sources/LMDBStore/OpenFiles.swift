import Glibc
import Synchronization

/// The files that this process has open as stores.
///
/// LMDB keeps POSIX locks, which a process loses on all its handles when it closes one of them:
/// opening a file twice would silently unlock it. Files are distinguished by device and inode, so
/// links and other spellings of the path count as the same file.
enum OpenFiles {
  struct Identity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
  }

  /// Each with a descriptor: while it is open, the system gives the inode of a file that was
  /// removed to no new file, which would be taken for this one.
  private struct Claims {
    var mark = ForkMark()
    var descriptors: [Identity: Int32] = [:]

    /// A forked child has nothing open: what its parent has is the parent's.
    mutating func forgetParent() {
      if mark.isCurrent { return }
      for descriptor in descriptors.values { close(descriptor) }
      self = Claims()
    }
  }

  private static let claims = Mutex(Claims())

  /// Claims the file at a path; nil where this process has it already.
  static func claim(_ path: String) throws(StoreError) -> Identity? {
    // LMDB has no locks on the file itself, so closing a descriptor of it loses none.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      if descriptor >= 0 { close(descriptor) }
      throw StoreError(code: code, operation: "open", subject: path, file: path)
    }
    let identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    let isNew = claims.withLock { claims in
      claims.forgetParent()
      if claims.descriptors[identity] != nil { return false }
      claims.descriptors[identity] = descriptor
      return true
    }
    if isNew { return identity }
    close(descriptor)
    return nil
  }

  /// Gives a file back, after its store is closed, in the process that claimed it.
  static func release(_ identity: Identity) {
    if let descriptor = claims.withLock({ $0.descriptors.removeValue(forKey: identity) }) {
      close(descriptor)
    }
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

  /// Sees to it that there is a regular file at a path, made (empty) where it is missing and
  /// `creating`.
  static func check(_ path: String, creating: Bool) throws(StoreError) {
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
  }
}
