import Glibc

/// A regular file that is open for reading; its end closes it.
private struct ReadableFile: ~Copyable {
  let descriptor: Int32
  let path: String
  /// Bytes, when it was opened.
  let length: Int

  /// Nil where there is no file.
  init?(_ path: String) throws(FileError) {
    // A pipe without a writer would block here.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw FileError(.system(errno), "read", path)
    }
    var status = stat()
    let refusal: FileError.Reason? =
      fstat(descriptor, &status) != 0
      ? .system(errno) : status.st_mode & S_IFMT != S_IFREG ? .notAFile : nil
    if let refusal {
      close(descriptor)
      throw FileError(refusal, "read", path)
    }
    self.descriptor = descriptor
    self.path = path
    length = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills bytes from those of the file that begin at `offset`; how many it filled, fewer than there
  /// are only where the file ends.
  func read(into bytes: inout [UInt8], at offset: Int) throws(FileError) -> Int {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
      }
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw FileError(.system(errno), "read", path)
      }
    }
    return done
  }
}

extension Files {
  /// The bytes of a file; nil where there is none.
  /// - Throws: ``FileError``, also for what is not an ordinary file or is longer than `limit`, now
  ///   or while it is read, so that nobody is made to read a pipe for ever, to fill the memory, or
  ///   to take a part for the whole.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]? {
    guard let file = try ReadableFile(path) else { return nil }
    guard file.length <= limit else { throw FileError(.tooLong(bytes: file.length), "read", path) }
    var all: [UInt8] = []
    all.reserveCapacity(file.length)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try file.read(into: &chunk, at: all.count)
      if count == 0 { return all }
      all += chunk[..<count]
      // It grew since it was asked for its length.
      if all.count > limit { throw FileError(.tooLong(bytes: all.count), "read", path) }
    }
  }

  /// Some bytes of a file, fewer where it ends before them; nil where there is no file.
  package static func read(
    _ path: String, at offset: Int, count: Int
  ) throws(FileError) -> [UInt8]? {
    guard let file = try ReadableFile(path) else { return nil }
    // What is asked for may come from a damaged file.
    var bytes = [UInt8](repeating: 0, count: max(0, min(count, file.length - offset)))
    let done = try file.read(into: &bytes, at: offset)
    bytes.removeLast(bytes.count - done)
    return bytes
  }
}
