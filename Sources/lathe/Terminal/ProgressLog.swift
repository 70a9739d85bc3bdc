import ArgumentParser
import Files
import Foundation
import Wording

/// A file that lines of progress are appended to.
///
/// Each line is one write at the end of the file, so that it is whole when the process is killed,
/// and lines of several processes do not mix.
final class ProgressLog {
  private let path: String
  private let file: Int32
  /// Whether what is there lacks the end of its last line: a writer was cut off, by a full disk for
  /// instance.
  private var isTorn: Bool
  private var hasFailed = false

  /// Opens or makes the file.
  /// - Throws: `ValidationError` where that cannot be, with what to do.
  init(appendingTo path: String) throws {
    self.path = path
    // Without O_NONBLOCK a named pipe that nobody reads would keep the program waiting here.
    file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o644)
    guard file >= 0 else { throw Self.refusal(path, errno) }
    _ = fcntl(file, F_SETFL, O_APPEND)
    isTorn = Self.isTorn(path)
  }

  deinit { close(file) }

  /// Appends a line that has its end. That it cannot be written is said once; the work goes on.
  func append(_ line: String) {
    var bytes = Array(line.utf8)
    if isTorn { bytes.insert(UInt8(ascii: "\n"), at: 0) }
    var written: Int
    repeat { written = write(file, bytes, bytes.count) } while written < 0 && errno == EINTR
    if written == bytes.count {
      isTorn = false
      return
    }
    let reason = written < 0 ? String(cString: strerror(errno)) : "no space is left"
    if written > 0 { isTorn = true }
    if hasFailed { return }
    hasFailed = true
    Output.error(
      "warning: --log-file \(Words.shown(path)): lines are lost (\(reason)); the work goes on")
  }

  /// Whether a regular file ends within a line.
  private static func isTorn(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      let file = FileHandle(forReadingAtPath: path)
    else { return false }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: UInt64(status.st_size) - 1)) != nil,
      let last = try? file.read(upToCount: 1)
    else { return false }
    return last != Data("\n".utf8)
  }

  private static func refusal(_ path: String, _ code: Int32) -> ValidationError {
    let remedy =
      switch code {
      case ENOENT: "make its folder first"
      case EISDIR: "it is a folder; give a file in it"
      case EACCES, EPERM, EROFS: "check its permissions, or give another file"
      case ENXIO: "start the reader of the named pipe first"
      default: "give another file"
      }
    return ValidationError(
      "--log-file \(Words.shown(path)) cannot be written: \(String(cString: strerror(code))); "
        + "\(remedy).")
  }
}
