internal import Files
internal import Glibc

/// Writes tables to files: into a temporary file beside the target, which then takes its name, so that
/// a reader never finds half a table. What is no ordinary file (a pipe, a device) is written as it is.
public enum TableFile {
  /// Writes `table` as CSV to `path`, or to the standard output where `path` is `-`.
  ///
  /// - Returns: how many rows were written.
  /// - Throws: ``ExportError`` where the cache cannot be read or the file cannot be written;
  ///   `.readerGone` where a pipe was closed, if the process ignores SIGPIPE.
  @discardableResult
  public static func write(_ table: FeatureTable, to path: String) throws(ExportError) -> Int {
    if path == "-" { return try write(table, to: OutputFile(descriptor: dup(STDOUT_FILENO), path)) }
    // A link's target is replaced and not the link itself.
    let target = Files.resolved(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw .unwritable(path: path, reason: "it is a folder")
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      return try write(table, to: OutputFile(descriptor: open(target, O_WRONLY | O_CLOEXEC), path))
    }
    let temporary = "\(target).temporary-\(getpid())"
    unlink(temporary)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let file = try OutputFile(descriptor: open(temporary, flags, 0o666), path)
    do {
      let rows = try write(table, to: file)
      try file.check(fsync(file.descriptor))
      try file.check(rename(temporary, target))
      return rows
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func write(
    _ table: FeatureTable, to file: borrowing OutputFile
  ) throws(ExportError) -> Int {
    try file.write(table.header + "\n")
    return try table.forEachTrack { lines throws(ExportError) in
      try file.write(lines.map { $0 + "\n" }.joined())
    }
  }
}

/// An open file that is written from begin to end.
private struct OutputFile: ~Copyable {
  let descriptor: Int32
  private let path: String

  init(descriptor: Int32, _ path: String) throws(ExportError) {
    self.descriptor = descriptor
    self.path = path
    try check(descriptor)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// - Throws: the system's reason where `result` is negative.
  func check(_ result: Int32) throws(ExportError) {
    if result < 0 { throw failure(FileError(.system(errno), "write", path)) }
  }

  func write(_ text: String) throws(ExportError) {
    do throws(FileError) {
      try Files.write(Array(text.utf8), to: descriptor, path)
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: FileError) -> ExportError {
    error.code == EPIPE
      ? .readerGone(path: path) : .unwritable(path: path, reason: error.text)
  }
}
