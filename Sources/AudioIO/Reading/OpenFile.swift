import Archives
import Glibc

/// A regular file, or one in an archive, open for reading, closed when its value ends. Once it is ``hold()``-ed,
/// everything that is asked of it comes from one reading of its bytes.
@safe struct OpenFile: ~Copyable {
  let path: String
  /// -1 where all bytes are held from the first.
  let descriptor: Int32
  /// Where the file begins in what the descriptor is of: an archive may hold others before it.
  let base: Int64
  /// The size when it was opened, in bytes.
  let byteCount: Int64
  /// The size of what the descriptor is of, and when it was last changed by then.
  private let whole: (byteCount: Int64, modified: timespec)
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
    base = 0
    byteCount = Int64(status.st_size)
    whole = (byteCount, status.st_mtim)
    unsafe contents = nil
  }

  /// A file in an archive: unpacked to memory where it is packed and not too large, and else read
  /// where it lies or was unpacked to.
  /// - Throws: ``AudioError``: unreadable, empty, packed, changed.
  init(_ entry: ArchiveEntry, of archive: Archive) throws(AudioError) {
    let path = "\(archive.path): \(entry.name)"
    if entry.byteCount == 0 { throw AudioError(.empty, "open", path) }
    let location: (descriptor: Int32, offset: Int64)?
    var buffer: UnsafeMutableRawBufferPointer?
    do {
      location = try archive.location(of: entry, unlessBelow: Self.maximumHeldBytes)
      if location == nil { unsafe buffer = try Self.unpack(entry, of: archive) }
    } catch {
      throw AudioError(error, "open")
    }
    var status = stat()
    if let location, unsafe fstat(location.descriptor, &status) != 0 {
      let number = errno
      close(location.descriptor)
      throw AudioError(.unreadable(errno: number), "open", path)
    }
    self.path = path
    descriptor = location?.descriptor ?? -1
    base = location?.offset ?? 0
    byteCount = entry.byteCount
    whole = (Int64(status.st_size), status.st_mtim)
    unsafe contents = unsafe buffer
  }

  private static func unpack(
    _ entry: ArchiveEntry, of archive: Archive
  ) throws(ArchiveError) -> UnsafeMutableRawBufferPointer {
    let buffer = unsafe HeldBuffers.take(byteCount: Int(entry.byteCount))
    var filled = 0
    do {
      try archive.read(entry) { bytes in
        unsafe bytes.withUnsafeBytes { piece in
          let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
          unsafe target.copyMemory(from: piece)
          filled += piece.count
        }
      }
      return unsafe buffer
    } catch {
      unsafe HeldBuffers.giveBack(buffer)
      throw error as? ArchiveError ?? ArchiveError(.library, archive.path, entry: entry.name)
    }
  }

  deinit {
    if let contents = unsafe contents { unsafe HeldBuffers.giveBack(contents) }
    if descriptor < 0 { return }
    let status = close(descriptor)
    // A second close could close another thread's file.
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
    if descriptor < 0 { return }
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 {
      throw AudioError(.unreadable(errno: errno), "read", path)
    }
    if Int64(status.st_size) != whole.byteCount
      || status.st_mtim.tv_sec != whole.modified.tv_sec
      || status.st_mtim.tv_nsec != whole.modified.tv_nsec
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
    _ whole: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(AudioError) -> Int {
    // Behind the file another may follow in its archive.
    let buffer = unsafe UnsafeMutableRawBufferPointer(
      rebasing: whole[..<max(0, Int(min(Int64(whole.count), byteCount - offset)))])
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let got = unsafe pread(
        descriptor, rest.baseAddress, rest.count, off_t(base + offset) + filled)
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
