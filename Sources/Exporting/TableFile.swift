internal import Files
internal import Glibc

/// Writes tables to files: a file is replaced when the table is whole, so that a reader never finds
/// half of one. What is no ordinary file (a pipe, a device) is written as it is.
public enum TableFile {
  /// Writes `table` as CSV to `path`, or to the standard output where `path` is `-`.
  ///
  /// - Returns: how many rows were written.
  /// - Throws: ``ExportError`` where the cache cannot be read or the file cannot be written;
  ///   `.readerGone` where a pipe was closed, if the process ignores SIGPIPE.
  @discardableResult
  public static func write(_ table: FeatureTable, to path: String) throws(ExportError) -> Int {
    var file = try open(path)
    func add(_ text: String) throws(ExportError) {
      do throws(FileError) { try file.write(Array(text.utf8)) } catch {
        throw ExportTarget.failure(error, path)
      }
    }
    try add(table.header + "\n")
    let rows = try table.forEachTrack { lines throws(ExportError) in
      try add(lines.map { $0 + "\n" }.joined())
    }
    do throws(FileError) { try file.finish() } catch { throw ExportTarget.failure(error, path) }
    return rows
  }

  static func open(_ path: String) throws(ExportError) -> FileReplacement {
    do throws(FileError) {
      if path != "-" { return try FileReplacement(output: path) }
      let descriptor = dup(STDOUT_FILENO)
      if descriptor < 0 { throw FileError(.system(errno), "write", path) }
      return FileReplacement(writing: descriptor, path)
    } catch {
      throw ExportTarget.failure(error, path)
    }
  }
}
