import Files
import Glibc
import Synchronization

/// Bytes that were made once, kept in a folder beyond the end of the process, up to a number of bytes
/// in all; the oldest go first. A file is its content after the SHA-256 of it, so that a damaged one
/// is seen, and made anew.
final class KeptFiles: Sendable {
  private let folder: String
  private let limit: Int
  private let metrics: ServiceMetrics
  /// The bytes of all files; nil until they were counted.
  private let bytes = Mutex<Int?>(nil)

  /// - Parameter folder: made where it is not there; where it cannot be, nothing is kept.
  init(folder: String, limit: Int, metrics: ServiceMetrics) {
    self.folder = folder
    self.limit = limit
    self.metrics = metrics
  }

  /// The bytes under a name, made where they are not there, or damaged.
  /// - Parameter name: letters and digits.
  func bytes(_ name: String, make: () throws -> [UInt8]) rethrows -> [UInt8] {
    let path = "\(folder)/\(name)"
    let kept = (try? Files.read(path, limit: limit)).flatMap(Self.content)
    metrics.keptAnswer(wasThere: kept != nil)
    if let kept { return kept }
    let made = try make()
    // Kept to save time, so that what cannot be kept is no error.
    try? keep(made, at: path)
    return made
  }

  /// The content of a file; nil where it is not what was written.
  private static func content(of file: [UInt8]) -> [UInt8]? {
    guard let end = file.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let content = Array(file[(end + 1)...])
    return EntityTag.text(of: content).utf8.elementsEqual(file[..<end]) ? content : nil
  }

  private func keep(_ content: [UInt8], at path: String) throws {
    let file = Array("\(EntityTag.text(of: content))\n".utf8) + content
    guard file.count <= limit / 8 else { return }
    try Files.makeFolder(folder)
    // One at a time: two that make the same file must not write over each other.
    try bytes.withLock { bytes in
      try Files.replace(path, with: file, isDurable: false)
      bytes = (bytes ?? files().reduce(-file.count) { $0 + $1.size }) + file.count
      if bytes ?? 0 > limit { bytes = shrink() }
    }
  }

  private struct File {
    let path: String
    let size: Int
    let time: Int
  }

  private func files() -> [File] {
    ((try? Files.names(folder)) ?? []).compactMap { name in
      var status = stat()
      let path = "\(folder)/\(name)"
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return File(path: path, size: Int(status.st_size), time: status.st_mtim.tv_sec)
    }
  }

  /// Removes the oldest until three quarters of the room are left; returns the bytes that stay.
  private func shrink() -> Int {
    var files = files().sorted { ($0.time, $0.path) > ($1.time, $1.path) }
    var all = files.reduce(0) { $0 + $1.size }
    while all > limit / 4 * 3, let oldest = files.popLast() {
      unlink(oldest.path)
      all -= oldest.size
    }
    return all
  }
}
