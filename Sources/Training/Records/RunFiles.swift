import Glibc

/// The few things that a run directory asks of the file system.
enum RunFiles {
  /// The system's last error, told for a path.
  static func failure(_ code: Int32, _ operation: String, _ path: String) -> TrainingError {
    let reason = String(cString: strerror(code))
    if code == ENOSPC || code == EDQUOT || code == EFBIG {
      return TrainingError(
        kind: .noSpace, subject: path, detail: "cannot \(operation) it: \(reason)",
        hint: code == EFBIG
          ? "raise the limit of file sizes (ulimit -f)"
          : "free some space and run it again, with --resume if it has begun")
    }
    return TrainingError(
      kind: .system, subject: path, detail: "cannot \(operation) it: \(reason)",
      hint: "check the path and its permissions")
  }

  /// Whether there is something at the path, and whether it is a folder.
  static func isFolder(_ path: String) throws(TrainingError) -> Bool? {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
    if errno == ENOENT { return nil }
    throw failure(errno, "open", path)
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(TrainingError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    let code = errno
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard code == ENOENT, !parent.isEmpty else { throw failure(code, "create", path) }
    try makeFolder(parent)
    if mkdir(path, 0o755) != 0, errno != EEXIST { throw failure(errno, "create", path) }
  }

  /// The names in a folder, sorted.
  static func names(_ path: String) throws(TrainingError) -> [String] {
    guard let folder = opendir(path) else { throw failure(errno, "list", path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The bytes of a file; nil where there is none.
  /// - Throws: ``TrainingError`` `.run` where it is no ordinary file or longer than `limit`, so that nobody is
  ///   made to read a pipe for ever or fill the memory.
  static func read(_ path: String, limit: Int) throws(TrainingError) -> [UInt8]? {
    // A pipe without a writer would block here.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw failure(errno, "read", path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, "read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .record(path, "it is no ordinary file") }
    guard status.st_size <= limit else {
      throw .record(path, "it has \(status.st_size) bytes, more than the \(limit) that are read")
    }
    var all: [UInt8] = []
    all.reserveCapacity(Int(status.st_size))
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while all.count <= limit {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw failure(errno, "read", path) }
      if count == 0 { break }
      all += chunk[..<count]
    }
    return all
  }

  /// Writes all bytes to a descriptor.
  static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(TrainingError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { throw failure(count == 0 ? ENOSPC : errno, "write", path) }
      done += count
    }
  }

  /// Replaces a file so that whoever reads it, at any moment and after any crash, finds the old content or
  /// the new one.
  static func replace(_ path: String, with bytes: [UInt8], in folder: String) throws(TrainingError)
  {
    let temporary = "\(path).temporary"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw failure(errno, "write", path) }
    do throws(TrainingError) {
      do throws(TrainingError) {
        try write(bytes, to: descriptor, path)
        if fsync(descriptor) != 0 { throw failure(errno, "write", path) }
      } catch {
        close(descriptor)
        throw error
      }
      if close(descriptor) != 0 { throw failure(errno, "write", path) }
      if rename(temporary, path) != 0 { throw failure(errno, "write", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    syncFolder(folder)
  }

  /// Brings a rename or a new name to the disk.
  static func syncFolder(_ folder: String) {
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory < 0 { return }
    // Some file systems cannot; there the name is as safe as it gets.
    fsync(directory)
    close(directory)
  }
}
