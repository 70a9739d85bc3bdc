import Glibc

/// The lock of a cache's one writer, with its process id for whoever is refused.
///
/// The system lets it go when the process ends, however it ends. The file stays: removing it
/// would let two writers lock two files of the same name.
final class LockFile: Sendable {
  private let descriptor: Int32

  init(path: String, cache: String) throws(CacheError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw CacheError(system: errno, operation: "lock", subject: path) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      var text = [UInt8](repeating: 0, count: 32)
      let count = unsafe max(0, pread(descriptor, &text, text.count, 0))
      close(descriptor)
      guard code == EWOULDBLOCK else {
        throw CacheError(system: code, operation: "lock", subject: path)
      }
      let holder = String(decoding: text[..<count].prefix { $0 > 32 }, as: UTF8.self)
      throw CacheError(
        kind: .locked, operation: "write to", subject: cache,
        detail: "process \(holder.isEmpty ? "unknown" : holder) is writing to it",
        hint: "wait until it ends, or end it")
    }
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    // The id is for people; a lock without it is still a lock.
    _ = unsafe pwrite(descriptor, text, text.count, 0)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
