import Wording
import Glibc

/// What the file system refused, which each module states in words of its own.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Why.
  package enum Reason: Sendable, Hashable {
    /// The system's error number.
    case system(Int32)
    /// It is a folder, a pipe or a device.
    case notAFile
    /// A folder was wanted there.
    case isAFile
    /// It has more bytes than were wanted.
    case tooLong(bytes: Int)
  }

  /// Why.
  package let reason: Reason
  /// What was tried: open, read, write, create, list.
  package let operation: String
  /// With which file.
  package let path: String

  package init(_ reason: Reason, _ operation: String, _ path: String) {
    self.reason = reason
    self.operation = operation
    self.path = path
  }

  /// The system's error number, or the nearest where it was not the system that refused.
  package var code: Int32 {
    switch reason {
    case .system(let code): code
    case .isAFile: ENOTDIR
    case .notAFile, .tooLong: EINVAL
    }
  }

  /// The reason in words.
  package var text: String {
    switch reason {
    case .system(let code): String(cString: strerror(code))
    case .notAFile: "it is no ordinary file"
    case .isAFile: "it is a file"
    case .tooLong(let bytes): "it has \(bytes) bytes, more than are read"
    }
  }

  /// One line: what was tried, with which file, and the reason.
  package var description: String { Words.shown("cannot \(operation) \(path): \(text)") }

  /// Whether there was no room for what was to be written, on the disk, in a quota or under a limit
  /// of size.
  package var isForWantOfSpace: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

  /// What to do where a file cannot be written: about the room, the disk, or else the path.
  package var remedyForWriting: String {
    if isForWantOfSpace { return remedyForSpace }
    return code == EIO
      ? "the disk or the connection to it fails: see what the system says of it (dmesg)"
      : "check the path and its permissions"
  }

  /// What to do where there was no room.
  package var remedyForSpace: String {
    code == EFBIG ? "raise the limit of file sizes (ulimit -f)" : "free some space"
  }
}
