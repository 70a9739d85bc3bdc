import Glibc

/// The few things that a cache asks of the file system.
enum Folder {
  enum Kind { case missing, file, folder }

  static func kind(_ path: String) throws(CacheError) -> Kind {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }
    if errno == ENOENT { return .missing }
    throw CacheError(system: errno, operation: "open", subject: path)
  }

  static func size(_ path: String) -> Int? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The names in a folder, sorted.
  static func names(_ path: String) throws(CacheError) -> [String] {
    guard let folder = unsafe opendir(path) else {
      throw CacheError(system: errno, operation: "list", subject: path)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes a folder and those above it.
  static func make(_ path: String) throws(CacheError) {
    if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    let code = errno
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard code == ENOENT, !parent.isEmpty else {
      throw CacheError(system: code, operation: "create", subject: path)
    }
    try make(parent)
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST {
      throw CacheError(system: errno, operation: "create", subject: path)
    }
  }

  static func read(_ path: String) throws(CacheError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw CacheError(system: errno, operation: "read", subject: path) }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 { throw CacheError(system: errno, operation: "read", subject: path) }
      if count == 0 { return all }
      all += chunk[..<count]
    }
  }

  /// Replaces a file so that whoever reads it, at any moment and after any crash, finds the old
  /// content or the new one.
  static func replace(_ path: String, with bytes: [UInt8], in folder: String) throws(CacheError) {
    let temporary = "\(path).temporary"
    func failure(_ code: Int32) -> CacheError {
      unsafe unlink(temporary)
      return CacheError(system: code, operation: "write", subject: path)
    }
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw failure(errno) }
    var offset = 0
    while offset < bytes.count {
      let rest = Array(bytes[offset...])
      let count = unsafe Glibc.write(descriptor, rest, rest.count)
      if count <= 0 {
        let code = count == 0 ? ENOSPC : errno
        close(descriptor)
        throw failure(code)
      }
      offset += count
    }
    let synced = fsync(descriptor) == 0 ? 0 : errno
    let closed = close(descriptor) == 0 ? 0 : errno
    if synced != 0 || closed != 0 { throw failure(synced != 0 ? synced : closed) }
    if unsafe rename(temporary, path) != 0 { throw failure(errno) }
    // The rename itself must reach the disk too.
    let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }
}
