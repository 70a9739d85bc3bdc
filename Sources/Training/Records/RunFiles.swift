import Files
import Glibc

/// What a run directory asks of the file system, with errors of the training.
enum RunFiles {
  /// Whether there is something at the path, and whether it is a folder.
  static func isFolder(_ path: String) throws(TrainingError) -> Bool? {
    let kind = try onFiles { () throws(FileError) in try Files.kind(path) }
    return kind == .missing ? nil : kind == .folder
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(TrainingError) {
    try onFiles { () throws(FileError) in try Files.makeFolder(path) }
  }

  /// The names in a folder, sorted.
  static func names(_ path: String) throws(TrainingError) -> [String] {
    try onFiles { () throws(FileError) in try Files.names(path) }
  }

  /// The bytes of a file; nil where there is none.
  /// - Throws: ``TrainingError`` `.run` where it is no ordinary file or longer than `limit`.
  static func read(_ path: String, limit: Int) throws(TrainingError) -> [UInt8]? {
    do throws(FileError) {
      return try Files.read(path, limit: limit)
    } catch {
      if case .system = error.reason { throw TrainingError(error) }
      throw .record(path, error.text)
    }
  }

  /// Writes all bytes to a descriptor.
  static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(TrainingError) {
    try onFiles { () throws(FileError) in try Files.write(bytes, to: descriptor, path) }
  }

  /// Replaces a file so that readers find, at any moment and after any crash, the old
  /// content or the new one.
  static func replace(_ path: String, with bytes: [UInt8]) throws(TrainingError) {
    try onFiles { () throws(FileError) in try Files.replace(path, with: bytes) }
  }

  /// The system's last error, as an error about a path.
  static func failure(_ code: Int32, _ operation: String, _ path: String) -> TrainingError {
    TrainingError(FileError(.system(code), operation, path))
  }

  private static func onFiles<Output>(
    _ body: () throws(FileError) -> Output
  ) throws(TrainingError) -> Output {
    do throws(FileError) { return try body() } catch { throw TrainingError(error) }
  }
}

extension TrainingError {
  /// What the file system refused.
  fileprivate init(_ error: FileError) {
    let isFull = error.isForWantOfSpace
    self.init(
      kind: isFull ? .noSpace : .system, subject: error.path,
      detail: "cannot \(error.operation) it: \(error.text)",
      hint: isFull
        ? error.remedyForSpace + " and run it again, with --resume if it has begun"
        : error.remedyForWriting)
  }
}
