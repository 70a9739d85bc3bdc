import Glibc

/// A regular file, open for reading, closed when its value ends. Once it is ``hold()``-ed,
/// everything that is asked of it comes from one reading of its bytes.
@safe struct OpenFile: ~Copyable {
  let path: String
  let descriptor: Int32
  /// The size when it was opened, in bytes.
  let byteCount: Int64
  /// When it was last changed by then.
  private let modified: timespec
  /// All bytes, where they are held, at the start of memory that may be longer.
  private var contents: UnsafeMutableRawBufferPointer?

  /// Files above this size are not held in memory: their bytes are read where they are wanted.
  static let maximumHeldBytes: Int64 = 64 << 20

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
    modified = status.st_mtim
    unsafe contents = nil
  }

  deinit {
    if let contents = unsafe contents { unsafe HeldBuffers.giveBack(contents) }
    let status = close(descriptor)
    // Whoever closed it before may close another thread's file the next time.
    assert(status == 0 || errno != EBADF, "\(path) was closed by somebody else")
  }

  /// Reads all bytes, unless the file is too large; later reads are copies from memory.
  /// - Throws: ``AudioError``: unreadable, changed.
  mutating func hold() throws(AudioError) {
    guard byteCount <= Self.maximumHeldBytes, unsafe contents == nil else { return }
    let buffer = unsafe HeldBuffers.take(byteCount: Int(byteCount))
    unsafe contents = buffer
    let count = try unsafe fill(
      UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(byteCount)]), at: 0)
    if count < Int(byteCount) { throw AudioError(.changed, "read", path) }
    try checkUnchanged()
  }

  /// - Throws: ``AudioError`` of the kind changed, where size or time are no longer what they were.
  func checkUnchanged() throws(AudioError) {
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 {
      throw AudioError(.unreadable(errno: errno), "read", path)
    }
    if Int64(status.st_size) != byteCount || status.st_mtim.tv_sec != modified.tv_sec
      || status.st_mtim.tv_nsec != modified.tv_nsec
    {
      throw AudioError(.changed, "read", path)
    }
  }

  /// All bytes, where they are held. They are there for as long as this value is.
  @unsafe var heldBytes: UnsafeRawBufferPointer? {
    unsafe contents.map { unsafe UnsafeRawBufferPointer(rebasing: $0[..<Int(byteCount)]) }
  }

  /// Up to `count` bytes from `offset` on, fewer only at the end of the file.
  func bytes(at offset: Int64, count: Int) throws(AudioError) -> [UInt8] {
    let room = Int(max(0, min(Int64(count), byteCount - offset)))
    var failure: AudioError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      do throws(AudioError) {
        filled = try unsafe copy(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Copies bytes from `offset` on until the buffer is full or the file ends.
  /// - Returns: how many bytes were copied.
  @unsafe func copy(
    at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(AudioError) -> Int {
    guard let held = unsafe heldBytes else { return try unsafe fill(buffer, at: offset) }
    let count = max(0, min(buffer.count, held.count - Int(offset)))
    if count > 0, let from = held.baseAddress, let to = buffer.baseAddress {
      unsafe memcpy(to, from + Int(offset), count)
    }
    return count
  }

  private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(AudioError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let got = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + filled)
      if got < 0 {
        if errno == EINTR { continue }
        throw AudioError(.unreadable(errno: errno), "read", path)
      }
      if got == 0 { break }
      filled += got
    }
    return filled
  }
}
