internal import Foundation

/// Writes tables to files: into a temporary file beside the target, which then takes its name, so that
/// a reader never finds half a table.
public enum TableFile {
  /// Writes `table` as CSV to `path`, or to the standard output where `path` is `-`.
  ///
  /// - Returns: how many rows were written.
  /// - Throws: ``ExportError`` where the cache cannot be read or the file cannot be written.
  public static func write(_ table: FeatureTable, to path: String) throws(ExportError) -> Int {
    if path == "-" { return try write(table, to: .standardOutput, path: path) }
    let temporary = path + ".temporary-\(ProcessInfo.processInfo.processIdentifier)"
    guard FileManager.default.createFile(atPath: temporary, contents: nil),
      let file = FileHandle(forWritingAtPath: temporary)
    else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    do {
      let rows = try write(table, to: file, path: path)
      do {
        try file.synchronize()
        try file.close()
      } catch {
        throw ExportError.unwritable(path: path, reason: "\(error)")
      }
      guard rename(temporary, path) == 0 else {
        throw ExportError.unwritable(path: path, reason: String(cString: strerror(errno)))
      }
      return rows
    } catch {
      unlink(temporary)
      throw error as? ExportError ?? .unwritable(path: path, reason: "\(error)")
    }
  }

  private static func write(
    _ table: FeatureTable, to file: FileHandle, path: String
  ) throws(ExportError) -> Int {
    func put(_ lines: [String]) throws(ExportError) {
      do {
        try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
      } catch {
        throw .unwritable(path: path, reason: "\(error.localizedDescription)")
      }
    }
    try put([table.header])
    return try table.forEachTrack(put)
  }
}
