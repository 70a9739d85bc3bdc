import Glibc

/// An exclusive lock on a file, which gives its holder's process id to those that it refuses.
///
/// The system lets it go when the process ends, however it ends. The file stays: removing it would
/// let two processes lock two files of the same name.
package final class ExclusiveLock: Sendable {
  /// Why there is no lock.
  package enum Refusal: Error, Sendable, Hashable {
    /// Another process has it; its id, where it has written that.
    case held(by: Int32?)
    /// The file cannot be had.
    case file(FileError)

    /// Who has it, in words.
    package static func holder(_ id: Int32?) -> String {
      "process \(id.map(String.init) ?? "unknown")"
    }
  }

  private let descriptor: Int32

  /// Whether a process has the lock on a file at this moment.
  package static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor < 0 { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// Takes the lock; waits only for a process that checks whether it is taken (``isHeld(_:)``). A
  /// link is refused: the id is written into the file.
  package init(_ path: String) throws(Refusal) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw .file(FileError(.system(errno), "lock", path)) }
    var code: Int32 = 0
    for attempt in 0..<3 {
      if attempt > 0 { usleep(5_000) }
      code = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
      if code != EWOULDBLOCK { break }
    }
    if code != 0 {
      var text = [UInt8](repeating: 0, count: 32)
      let count = max(0, pread(descriptor, &text, text.count, 0))
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .file(FileError(.system(code), "lock", path)) }
      throw .held(by: Int32(String(decoding: text[..<count].prefix { $0 > 32 }, as: UTF8.self)))
    }
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    // The id is for people; a lock without it is still a lock.
    _ = pwrite(descriptor, text, text.count, 0)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
