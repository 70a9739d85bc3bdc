import Glibc

/// The few things that records, checkpoints and reports ask of the file system.
package enum Files {
  /// What lies at a path.
  package enum Kind: Sendable, Hashable {
    case missing, file, folder
    /// A pipe, a device, a socket.
    case other
  }

  /// What lies at a path, at the end of links.
  package static func kind(_ path: String) throws(FileError) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return .missing }
      throw FileError(.system(errno), "open", path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// The bytes of a file; nil where there is none.
  package static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Makes a folder and those above it; their names are on the disk when this returns.
  package static func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 { return syncFolder(of: path) }
    let code = errno
    if code == EEXIST {
      if try kind(path) == .folder { return }
      throw FileError(.isAFile, "create", path)
    }
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard code == ENOENT, !parent.isEmpty else {
      throw FileError(.system(code), "create", path)
    }
    try makeFolder(parent)
    if mkdir(path, 0o755) != 0, errno != EEXIST {
      throw FileError(.system(errno), "create", path)
    }
    syncFolder(of: path)
  }

  /// The names in a folder, sorted.
  package static func names(_ path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw FileError(.system(errno), "list", path) }
    defer { closedir(folder) }
    return try names(in: folder, path)
  }

  /// - Throws: where the folder cannot be read to its end, so that no short list is taken for a
  ///   whole one.
  static func names(in folder: OpaquePointer, _ path: String) throws(FileError) -> [String] {
    var names: [String] = []
    while true {
      // The end and a failure look the same but for this.
      errno = 0
      guard let entry = readdir(folder) else { break }
      // An entry is only as long as its name.
      guard let start = UnsafePointer(entry).pointer(to: \.d_name) else { continue }
      let name = String(cString: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
      if name != ".", name != ".." { names.append(name) }
    }
    if errno != 0 { throw FileError(.system(errno), "list", path) }
    return names.sorted()
  }

  /// Where a link leads; the path itself where nothing is there.
  package static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The bytes of a file; nil where there is none.
  /// - Throws: ``FileError``, also for what is not an ordinary file or is longer than `limit`, now
  ///   or while it is read, so that nobody is made to read a pipe for ever, to fill the memory, or
  ///   to take a part for the whole.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
    // A pipe without a writer would block here.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw FileError(.system(errno), "read", path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.system(errno), "read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.notAFile, "read", path) }
    guard status.st_size <= limit else {
      throw FileError(.tooLong(bytes: Int(status.st_size)), "read", path)
    }
    var all: [UInt8] = []
    all.reserveCapacity(Int(status.st_size))
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw FileError(.system(errno), "read", path) }
      if count == 0 { break }
      all += chunk[..<count]
      // It grew since it was asked for its length.
      if all.count > limit { throw FileError(.tooLong(bytes: all.count), "read", path) }
    }
    return all
  }

  /// Some bytes of a file, fewer where it ends before them; nil where there is no file.
  package static func read(
    _ path: String, at place: Int, count: Int
  ) throws(FileError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw FileError(.system(errno), "read", path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.system(errno), "read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.notAFile, "read", path) }
    // What is asked for may come from a damaged file.
    let length = max(0, min(count, Int(status.st_size) - place))
    var bytes = [UInt8](repeating: 0, count: length)
    var done = 0
    while done < length {
      let more = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + done }, length - done, place + done)
      }
      if more < 0, errno == EINTR { continue }
      if more < 0 { throw FileError(.system(errno), "read", path) }
      if more == 0 { break }
      done += more
    }
    return Array(bytes[..<done])
  }

  /// Writes all bytes to a descriptor.
  package static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { throw FileError(.system(count == 0 ? ENOSPC : errno), "write", path) }
      done += count
    }
  }
}
