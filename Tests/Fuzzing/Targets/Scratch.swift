import Foundation
import Synchronization
import TestSupport

/// A folder of this process, in which inputs lie as files; made when it is first wanted. It lies
/// where `TMPDIR` says.
final class Scratch: Sendable {
  private let folder = Mutex<TemporaryFolder?>(nil)
  private let prepare: @Sendable (String) throws -> Void

  /// - Parameter prepare: what to put into the folder.
  init(_ prepare: @escaping @Sendable (_ path: String) throws -> Void = { _ in }) {
    self.prepare = prepare
  }

  /// Its path.
  var path: String {
    get throws {
      try folder.withLock { folder in
        if let folder { return folder.path }
        let made = try TemporaryFolder()
        try prepare(made.path)
        folder = made
        return made.path
      }
    }
  }

  /// Replaces a file by these bytes; by none without them.
  func write(_ bytes: [UInt8]?, _ name: String) throws -> String {
    let file = "\(try path)/\(name)"
    if let bytes {
      try Data(bytes).write(to: URL(filePath: file))
    } else {
      unlink(file)
    }
    return file
  }
}
