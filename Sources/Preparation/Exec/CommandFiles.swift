internal import Corpus
internal import Files
internal import Glibc
internal import Synchronization

/// The files that a command names: what a program computes depends on what they hold.
///
/// A word of the command, or what follows its first `=`, that is the path of an ordinary file from
/// the current folder, where the program is started. The program itself is among them only where it
/// is written with a slash: else it is looked for in `PATH`, and what it is, the declared version
/// says.
enum CommandFiles {
  private struct State: Hashable {
    let path: String
    let device, number: UInt
    let bytes, seconds, nanoseconds: Int
  }

  /// The digests of files that have not changed since, for the fingerprints are asked for several
  /// times.
  private static let known = Mutex<[State: String]>([:])
  private static let piece = 1 << 20

  /// The SHA-256 of each file, under its name in the command.
  static func contents(of command: [String]) -> [String: JSONValue] {
    var contents: [String: JSONValue] = [:]
    for (index, word) in command.enumerated() {
      if index == 0, !word.contains("/") { continue }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      for path in Set([word, String(parts.last ?? "")]) where !path.isEmpty {
        if let digest = digest(of: path) { contents["file \(path)"] = .string(digest) }
      }
    }
    return contents
  }

  /// - Returns: nil for what is no ordinary file or cannot be read: then the program will not read
  ///   it either.
  private static func digest(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let state = State(
      path: path, device: status.st_dev, number: status.st_ino, bytes: status.st_size,
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if let digest = known.withLock({ $0[state] }) { return digest }
    guard let digest = try? digest(of: descriptor) else { return nil }
    known.withLock { $0[state] = digest }
    return digest
  }

  private static func digest(of descriptor: Int32) throws -> String? {
    var digest = try MessageDigest(.sha256)
    var bytes = [UInt8](repeating: 0, count: piece)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { return try digest.finish() }
      try digest.update(bytes.span.extracting(..<count).bytes)
    }
  }
}
