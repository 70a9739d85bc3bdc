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
    let parent = folder(of: path)
    guard code == ENOENT, parent != path else {
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
