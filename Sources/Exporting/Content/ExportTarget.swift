public import Corpus
import Files
import Glibc

/// Where an export goes, what may stop it, and who hears how far it has come.
public struct ExportTarget {
  /// The file or folder.
  public let path: String
  /// Whether an export that is there is replaced.
  public let isReplacing: Bool
  /// What stops it; nothing is left of it then.
  public let cancellation: Cancellation
  private let advanced: (Int) -> Void

  /// A target of these parts.
  ///
  /// - Parameter advanced: gets how many tracks are done.
  public init(
    _ path: String, isReplacing: Bool = false, cancellation: Cancellation = Cancellation(),
    advanced: @escaping (_ tracks: Int) -> Void = { _ in }
  ) {
    self.path = path
    self.isReplacing = isReplacing
    self.cancellation = cancellation
    self.advanced = advanced
  }

  /// Says that so many tracks are done.
  ///
  /// - Throws: ``ExportError/interrupted``.
  func advance(to tracks: Int) throws(ExportError) {
    if cancellation.isCancelled { throw .interrupted }
    advanced(tracks)
  }

  /// Fills a folder that appears whole or not at all.
  ///
  /// - Parameter body: gets the path of the folder that it fills.
  func fillFolder(
    _ body: (_ folder: String) throws(ExportError) -> Void
  ) throws(ExportError) {
    let kind = try Self.writing(path) { () throws(FileError) in try Files.kind(path) }
    if kind != .missing {
      let mayBeReplaced = kind == .folder && ExportRecord.mayBeReplaced(path)
      guard isReplacing, mayBeReplaced else {
        throw .exists(path: path, mayBeReplaced: mayBeReplaced)
      }
    }
    var folder = try Self.writing(path) { () throws(FileError) in
      try FolderReplacement(output: path, isReplacing: isReplacing)
    }
    try body(folder.path)
    if cancellation.isCancelled { throw .interrupted }
    do throws(FileError) { try folder.finish() } catch { throw Self.failure(error, path) }
  }

  /// Writes a file that appears whole or not at all; `-` is the standard output.
  func writeFile(_ bytes: [UInt8]) throws(ExportError) {
    let kind = try Self.writing(path) { () throws(FileError) in try Files.kind(path) }
    if path != "-", kind == .file, !isReplacing { throw .exists(path: path, mayBeReplaced: true) }
    var file = try TableFile.open(path)
    do throws(FileError) {
      try file.write(bytes)
      try file.finish()
    } catch {
      throw Self.failure(error, path)
    }
  }

  /// Does what the file system may refuse.
  static func writing<Output: ~Copyable>(
    _ path: String, _ body: () throws(FileError) -> Output
  ) throws(ExportError) -> Output {
    do throws(FileError) { return try body() } catch { throw failure(error, path) }
  }

  static func failure(_ error: FileError, _ path: String) -> ExportError {
    switch error.code {
    case EPIPE: .readerGone(path: path)
    case EEXIST: .exists(path: path, mayBeReplaced: true)
    case EBUSY: .busy(path: path)
    default: .unwritable(path: path, reason: error.text)
    }
  }
}
