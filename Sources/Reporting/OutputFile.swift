import Files

/// Writes finished files.
public enum OutputFile {
  /// Makes a folder and those above it.
  /// - Throws: ``ReportError`` `.unwritable`, `.noSpace`.
  public static func makeFolder(_ path: String) throws(ReportError) {
    try onFiles(path) { () throws(FileError) in try Files.makeFolder(path) }
  }

  /// Replaces a file so that readers find, at any moment and after any crash, the old
  /// content or the new one. What is no ordinary file (a pipe, a device) is written as it is.
  ///
  /// - Parameters:
  ///   - bytes: the content.
  ///   - path: the file; a link is followed.
  ///   - isDurable: whether to wait until it is on the disk. Of many files that can be made again,
  ///     a crash may leave some empty.
  /// - Throws: ``ReportError`` `.unwritable`, `.noSpace`; nothing is left behind then.
  public static func write(
    _ bytes: [UInt8], to path: String, isDurable: Bool = true
  ) throws(ReportError) {
    try onFiles(path) { () throws(FileError) in
      var file = try FileReplacement(output: path)
      try file.write(bytes)
      try file.finish(isDurable: isDurable)
    }
  }

  /// Whether a path is an ordinary file, or nothing yet.
  static func mayBeFile(_ path: String) -> Bool {
    guard let kind = try? Files.kind(Files.resolved(path)) else { return true }
    return kind == .file || kind == .missing
  }

  /// - Throws: ``ReportError`` `.exists` where anything is there.
  static func refuseExisting(_ path: String) throws(ReportError) {
    var isThere = false
    try onFiles(path) { () throws(FileError) in isThere = try Files.kind(path) != .missing }
    guard isThere else { return }
    throw ReportError(
      kind: .exists, subject: path, detail: "it is there already",
      hint: "write elsewhere, or say that it may be replaced (--overwrite)")
  }

  private static func onFiles(
    _ path: String, _ body: () throws(FileError) -> Void
  ) throws(ReportError) {
    do throws(FileError) { try body() } catch {
      let isFull = error.isForWantOfSpace
      throw ReportError(
        kind: isFull ? .noSpace : .unwritable, subject: path,
        detail: "cannot write it: \(error.text)",
        hint: error.remedyForWriting)
    }
  }
}
