import CRenaming
import Glibc

/// A folder that is filled under another name beside its own, `NAME.unfinished`, and takes its own
/// when it is whole: readers find, at any moment and after any crash, nothing there or all of it.
///
/// Without ``finish()`` nothing is left behind. What a killed run left under the other name is
/// removed first, but not what a living one fills: the folder is locked while it is filled.
package struct FolderReplacement: ~Copyable {
  /// Where the folder is filled.
  package let path: String
  private let target: String
  private let isReplacing: Bool
  private let descriptor: Int32
  private var isFinished = false

  /// Begins to fill a folder.
  ///
  /// - Parameters:
  ///   - output: the name that it takes; folders above it are made.
  ///   - isReplacing: whether a folder that has the name may be replaced.
  /// - Throws: ``FileError``, of the code `EEXIST` where something has the name and may not be
  ///   replaced, `ENOTDIR` where a file has it, and `EBUSY` where another process fills the folder.
  package init(output: String, isReplacing: Bool = false) throws(FileError) {
    var target = output
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    target = Files.resolved(target)
    switch try Files.kind(target) {
    case .missing: break
    case .folder where isReplacing: break
    case .folder: throw FileError(.system(EEXIST), "create", output)
    case .file, .other: throw FileError(.isAFile, "create", output)
    }
    let path = "\(target).unfinished"
    descriptor = try Self.begin(path)
    self.path = path
    self.target = target
    self.isReplacing = isReplacing
  }

  deinit {
    if !isFinished { try? Files.removeTree(path) }
    close(descriptor)
  }

  /// Gives the folder its name, once everything in it is on the disk.
  package mutating func finish() throws(FileError) {
    try Files.syncTree(path)
    if isReplacing, Self.exchange(path, target) {
      isFinished = true
      Files.syncFolder(of: target)
      return try Files.removeTree(path)
    }
    let old = "\(target).replaced-\(getpid())"
    // Not every file system can exchange two names, and a folder that is not empty cannot be renamed
    // over; a crash between the two renamings leaves both, whole, under their other names.
    let isMoved = isReplacing && rename(target, old) == 0
    if isReplacing, !isMoved, errno != ENOENT {
      throw FileError(.system(errno), "replace", target)
    }
    if rename(path, target) != 0 {
      let code = errno
      if isMoved { rename(old, target) }
      throw FileError(.system(code), "create", target)
    }
    isFinished = true
    Files.syncFolder(of: target)
    if isMoved { try Files.removeTree(old) }
  }

  /// Gives each of two folders the other's name in one step, between which nobody sees neither; false
  /// where one is missing or the file system cannot.
  private static func exchange(_ one: String, _ other: String) -> Bool {
    renameat2(AT_FDCWD, one, AT_FDCWD, other, lathe_rename_exchange) == 0
  }

  /// Makes the folder and locks it.
  private static func begin(_ path: String) throws(FileError) -> Int32 {
    for _ in 0..<3 {
      if mkdir(path, 0o777) != 0 {
        if errno == ENOENT {
          try Files.makeFolder(Files.folder(of: path))
          continue
        }
        guard errno == EEXIST else { throw FileError(.system(errno), "create", path) }
        let held = try Files.lockedFolder(path)
        defer { close(held) }
        try Files.removeTree(path)
        continue
      }
      let descriptor = try Files.lockedFolder(path)
      // A process that found the new folder before it was locked may have removed it.
      if isAt(path, descriptor) { return descriptor }
      close(descriptor)
    }
    throw FileError(.system(EBUSY), "create", path)
  }

  private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
    var (named, held) = (stat(), stat())
    return lstat(path, &named) == 0 && fstat(descriptor, &held) == 0
      && named.st_ino == held.st_ino && named.st_dev == held.st_dev
  }
}

extension Files {
  /// Locks a folder; a link is refused. The lock goes with the descriptor.
  /// - Throws: ``FileError``, of the code `EBUSY` where another has it.
  package static func lockedFolder(_ path: String) throws(FileError) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor < 0 { throw FileError(.system(errno), "create", path) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    let code = errno == EWOULDBLOCK ? EBUSY : errno
    close(descriptor)
    throw FileError(.system(code), "create", path)
  }

  /// Brings all files in a folder to the disk.
  fileprivate static func syncTree(_ path: String) throws(FileError) {
    for name in try names(path) {
      let entry = "\(path)/\(name)"
      if try kind(entry) == .folder {
        try syncTree(entry)
        continue
      }
      let descriptor = open(entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      if descriptor < 0 { throw FileError(.system(errno), "write", entry) }
      defer { close(descriptor) }
      if fsync(descriptor) != 0 { throw FileError(.system(errno), "write", entry) }
    }
    // The names in it.
    syncFolder(of: "\(path)/.")
  }

  /// Removes a folder with all that is in it; a link in it is removed, and what it leads to stays.
  package static func removeTree(_ path: String) throws(FileError) {
    for name in try names(path) {
      let entry = "\(path)/\(name)"
      if unlink(entry) == 0 || errno == ENOENT { continue }
      guard errno == EISDIR else { throw FileError(.system(errno), "remove", entry) }
      try removeTree(entry)
    }
    if rmdir(path) != 0, errno != ENOENT { throw FileError(.system(errno), "remove", path) }
  }
}
