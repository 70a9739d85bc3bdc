import Glibc
import Wording

/// A file that is written under another name, beside its own, and takes its own when it is whole:
/// readers find, at any moment and after any crash, the old content or the new one.
///
/// What a killed run left under the other name is removed first. Where a link lies there it is
/// removed too, and what it leads to stays as it is: nobody who may write to the folder chooses
/// what is overwritten.
package struct FileReplacement: ~Copyable {
  /// Where the new content is written.
  package let descriptor: Int32
  private let path: String
  /// Nil where the path is written as it is, and after the end.
  private var temporary: String?
  private let isReplacing: Bool
  /// Whether the file has no name yet, so that nothing is left of a process that is killed.
  private var isNameless = false

  /// Begins to replace a file, or to make one. A link at `path` is replaced itself.
  ///
  /// - Parameters:
  ///   - temporary: where it is written first, in the same folder; `PATH.temporary` if nil. Where
  ///     several processes may replace the file at once, each needs its own.
  ///   - mode: the permissions of the file, less what the process masks.
  package init(
    _ path: String, temporary: String? = nil, mode: UInt32 = 0o644
  ) throws(FileError) {
    let temporary = temporary ?? "\(path).temporary"
    if unlink(temporary) != 0, errno != ENOENT {
      throw FileError(.system(errno), "replace", temporary)
    }
    let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = open(temporary, flags, mode)
    if descriptor < 0 { throw FileError(.system(errno), "write", path) }
    self.descriptor = descriptor
    self.path = path
    self.temporary = temporary
    isReplacing = true
  }

  /// Begins to write what a user named as an output: a file is replaced, at the end of links; what
  /// is none (a pipe, a device) is written as it is.
  package init(output path: String) throws(FileError) {
    let target = Files.resolved(path)
    switch try Files.kind(target) {
    case .file, .missing:
      let temporary = "\(target).temporary-\(getpid())"
      if let descriptor = Files.nameless(in: Files.folder(of: target), mode: 0o666) {
        self.init(nameless: descriptor, target, temporary: temporary)
      } else {
        try self.init(target, temporary: temporary, mode: 0o666)
      }
    case .folder:
      throw FileError(.system(EISDIR), "write", path)
    case .other:
      let descriptor = open(target, O_WRONLY | O_CLOEXEC)
      if descriptor < 0 { throw FileError(.system(errno), "write", path) }
      self.init(writing: descriptor, path)
    }
  }

  /// Writes to an open descriptor, which this closes, in the same way.
  package init(writing descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
    temporary = nil
    isReplacing = false
  }

  private init(nameless descriptor: Int32, _ path: String, temporary: String) {
    self.descriptor = descriptor
    self.path = path
    self.temporary = temporary
    isReplacing = true
    isNameless = true
  }

  deinit {
    close(descriptor)
    if let temporary, !isNameless { unlink(temporary) }
  }

  /// Adds bytes.
  package borrowing func write(_ bytes: [UInt8]) throws(FileError) {
    try Files.write(bytes, to: descriptor, path)
  }

  /// Gives the file its name; without this, nothing is left behind.
  ///
  /// - Parameter isDurable: whether to wait until it is on the disk. Of many files that can be made
  ///   again, a crash may leave some empty.
  package mutating func finish(isDurable: Bool = true) throws(FileError) {
    guard isReplacing, let name = temporary else { return }
    if isDurable, fsync(descriptor) != 0 { throw FileError(.system(errno), "write", path) }
    if isNameless {
      guard Files.link(descriptor, to: name) else {
        throw FileError(.system(errno), "write", path)
      }
      isNameless = false
    }
    if rename(name, path) != 0 { throw FileError(.system(errno), "write", path) }
    temporary = nil
    if isDurable { Files.syncFolder(of: path) }
  }
}

extension FileReplacement {
  /// Gives the file its name where nothing has that name; what has it stays as it is.
  ///
  /// - Returns: whether it was given. Of several processes, on whatever machines, one gets it.
  package mutating func finishAsFirst() throws(FileError) -> Bool {
    guard isReplacing, let name = temporary else { return false }
    if fsync(descriptor) != 0 { throw FileError(.system(errno), "write", path) }
    if link(name, path) == 0 {
      Files.syncFolder(of: path)
      return true
    }
    if errno == EEXIST { return false }
    throw FileError(.system(errno), "create", path)
  }
}

extension Files {
  /// Makes a file of the given bytes where there is none.
  ///
  /// - Parameter temporary: where it is written first, in the same folder: a name that no other process takes.
  /// - Returns: whether it was made; false where something has the name.
  package static func create(
    _ path: String, temporary: String, with bytes: [UInt8]
  ) throws(FileError) -> Bool {
    var file = try FileReplacement(path, temporary: temporary)
    try file.write(bytes)
    return try file.finishAsFirst()
  }

  /// Replaces a file by the content of another one, if that is there; see ``FileReplacement``.
  package static func copy(_ path: String, to other: String) throws(FileError) {
    let source = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if source < 0 {
      if errno == ENOENT { return }
      throw FileError(.system(errno), "read", path)
    }
    defer { close(source) }
    var file = try FileReplacement(other, temporary: "\(other).temporary-\(getpid())")
    var chunk = [UInt8](repeating: 0, count: 1 << 22)
    while true {
      let count = Glibc.read(source, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw FileError(.system(errno), "read", path) }
      if count == 0 { break }
      try file.write(count == chunk.count ? chunk : Array(chunk[..<count]))
    }
    try file.finish()
  }

  /// Replaces a file by the given bytes; see ``FileReplacement``.
  package static func replace(
    _ path: String, with bytes: [UInt8], isDurable: Bool = true
  ) throws(FileError) {
    var file = try FileReplacement(path)
    try file.write(bytes)
    try file.finish(isDurable: isDurable)
  }

  /// Brings a rename or a new name to the disk.
  package static func syncFolder(of path: String) {
    let directory = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory < 0 { return }
    // Some file systems cannot; there the name is as safe as it gets.
    fsync(directory)
    close(directory)
  }

  /// The folder that holds a name.
  static func folder(of path: String) -> String {
    var parts = path.pathComponents
    // Of a/b/ it is a that holds the name.
    while parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
    let parent = parts.dropLast().joined(separator: "/")
    return parent.isEmpty ? (path.utf8.first == UInt8(ascii: "/") ? "/" : ".") : parent
  }

  /// A new file in a folder that has no name, and goes with its last descriptor; nil where the file system has
  /// none (NFS, for one) or there is no way to name it later.
  fileprivate static func nameless(in folder: String, mode: UInt32) -> Int32? {
    // O_TMPFILE, a macro that is not imported.
    let flags = 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC
    let descriptor = open(folder, flags, mode)
    if descriptor < 0 { return nil }
    if access(descriptorPath(of: descriptor), F_OK) == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  /// Gives a file without a name one, in place of what a killed process left there.
  ///
  /// - Returns: whether it has it; `errno` says why not.
  fileprivate static func link(_ descriptor: Int32, to name: String) -> Bool {
    for _ in 0..<2 {
      if linkat(AT_FDCWD, descriptorPath(of: descriptor), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 {
        return true
      }
      guard errno == EEXIST, unlink(name) == 0 else { return false }
    }
    return false
  }

  private static func descriptorPath(of descriptor: Int32) -> String {
    "/proc/self/fd/\(descriptor)"
  }
}
