import Files
import Glibc

/// A file whose ranges are read by any number of threads; it is closed with the last reference.
final class ArchiveFile: Sendable {
  let path: String
  let descriptor: Int32
  /// The size when it was opened, in bytes.
  let byteCount: Int64
  /// When it was last changed by then, in nanoseconds since 1970.
  let modifiedNanoseconds: Int64

  /// - Throws: ``ArchiveError``: unreadable, not a file.
  init(_ path: String) throws(ArchiveError) {
    if path.utf8.contains(0) { throw ArchiveError(.unreadable(errno: ENOENT), path) }
    // Without O_NONBLOCK the open of a pipe would wait for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw ArchiveError(.unreadable(errno: errno), path) }
    var status = stat()
    let error: ArchiveError? =
      if unsafe fstat(descriptor, &status) != 0 {
        ArchiveError(.unreadable(errno: errno), path)
      } else if status.st_mode & S_IFMT != S_IFREG {
        ArchiveError(.notAFile, path)
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
    modifiedNanoseconds = Self.nanoseconds(status)
  }

  /// A file of no name, which is gone with the last reference; its path is that of the archive that
  /// is unpacked to it.
  /// - Throws: ``ArchiveError`` of the kind noRoom.
  init(unnamedIn folder: String, of path: String, byteCount: Int64) throws(ArchiveError) {
    do {
      descriptor = try Files.unnamed(in: folder)
    } catch {
      throw ArchiveError(.noRoom(folder: folder, errno: error.code), path)
    }
    self.path = path
    self.byteCount = byteCount
    modifiedNanoseconds = 0
  }

  deinit { close(descriptor) }

  /// Another descriptor of the same file, for the caller to close; nil where there can be no more.
  func duplicate() -> Int32? {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    return copy < 0 ? nil : copy
  }

  private static func nanoseconds(_ status: stat) -> Int64 {
    Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }

  /// Size and time as they were when it was opened.
  var stamp: Archive.Stamp {
    Archive.Stamp(byteCount: byteCount, modifiedNanoseconds: modifiedNanoseconds)
  }

  /// - Throws: ``ArchiveError`` of the kind changed, where size or time are no longer what they were.
  func checkUnchanged() throws(ArchiveError) {
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 {
      throw ArchiveError(.unreadable(errno: errno), path)
    }
    if Int64(status.st_size) != byteCount || Self.nanoseconds(status) != modifiedNanoseconds {
      throw ArchiveError(.changed, path)
    }
  }

  /// Up to `count` bytes from `offset` on, fewer only where the file ends.
  func bytes(at offset: Int64, count: Int) throws(ArchiveError) -> [UInt8] {
    let room = Int(max(0, min(Int64(count), byteCount - offset)))
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
      let got = unsafe fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
      if got < 0 { failure = errno } else { filled = got }
    }
    if failure != 0 { throw ArchiveError(.unreadable(errno: failure), path) }
    return bytes
  }

  /// Copies bytes from `offset` on until the buffer is full or the file ends.
  /// - Returns: how many bytes were copied; -1 where the system refuses, which `errno` tells.
  @unsafe func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let got = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + filled)
      if got < 0, errno == EINTR { continue }
      if got < 0 { return -1 }
      if got == 0 { break }
      filled += got
    }
    return filled
  }

  /// Writes bytes at `offset`.
  /// - Returns: 0, or the system's error number.
  func write(_ bytes: RawSpan, at offset: Int64) -> Int32 {
    unsafe bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
        let put = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + done)
        if put < 0, errno == EINTR { continue }
        if put <= 0 { return put == 0 ? ENOSPC : errno }
        done += put
      }
      return 0
    }
  }
}
