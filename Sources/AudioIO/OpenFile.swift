import Glibc

/// A regular file, open for reading, closed when its value ends.
struct OpenFile: ~Copyable {
  let path: String
  let descriptor: Int32
  /// The size when it was opened, in bytes.
  let byteCount: Int64

  /// - Throws: ``AudioError``: unreadable, not a file, empty.
  init(path: String) throws(AudioError) {
    // A C string would end at the NUL and name another file.
    if path.utf8.contains(0) { throw AudioError(.unreadable(errno: ENOENT), "open", path) }
    // Without O_NONBLOCK the open of a pipe would wait for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw AudioError(.unreadable(errno: errno), "open", path) }
    var status = stat()
    let error: AudioError? =
      if unsafe fstat(descriptor, &status) != 0 {
        AudioError(.unreadable(errno: errno), "open", path)
      } else if status.st_mode & S_IFMT != S_IFREG {
        AudioError(.notAFile, "open", path)
      } else if status.st_size == 0 {
        AudioError(.empty, "open", path)
      } else {
        nil
      }
    if let error {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int64(status.st_size)
  }

  deinit {
    let status = close(descriptor)
    // Whoever closed it before may close another thread's file the next time.
    assert(status == 0 || errno != EBADF, "\(path) was closed by somebody else")
  }

  /// Up to `count` bytes from `offset` on, fewer only at the end of the file. The file's own
  /// position, which libsndfile reads from, stays as it is.
  func bytes(at offset: Int64, count: Int) throws(AudioError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try read(into: &bytes, at: offset)
    bytes.removeSubrange(read...)
    return bytes
  }

  private func read(into buffer: inout [UInt8], at offset: Int64) throws(AudioError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
        return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + filled)
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw AudioError(.unreadable(errno: errno), "read", path)
      }
      if got == 0 { break }
      filled += got
    }
    return filled
  }

  /// The MD5 of all bytes, as 32 lower-case hexadecimal digits.
  /// - Throws: ``AudioError``: unreadable, changed (its size is not what it was), library.
  func md5() throws(AudioError) -> String {
    var digest = try MD5(path: path)
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var offset: Int64 = 0
    while true {
      let count = try read(into: &buffer, at: offset)
      try digest.update(buffer, count: count)
      offset += Int64(count)
      if count < buffer.count { break }
    }
    if offset != byteCount { throw AudioError(.changed, "read", path) }
    return try digest.finish()
  }
}
