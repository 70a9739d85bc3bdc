import Files
import Glibc

/// A file in a folder that is being exported.
struct ExportFile: ~Copyable {
  /// Where it lies.
  let path: String
  /// How many bytes were written.
  private(set) var byteCount = 0
  private var file: FileReplacement

  init(_ path: String) throws(ExportError) {
    self.path = path
    file = try ExportTarget.writing(path) { () throws(FileError) in try FileReplacement(path) }
  }

  /// Adds bytes.
  mutating func write(_ bytes: [UInt8]) throws(ExportError) {
    do throws(FileError) { try file.write(bytes) } catch { throw ExportTarget.failure(error, path) }
    byteCount += bytes.count
  }

  /// Writes bytes over others that were written before.
  mutating func rewrite(_ bytes: [UInt8], at offset: Int) throws(ExportError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(file.descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        let code = count == 0 ? ENOSPC : errno
        throw ExportTarget.failure(FileError(.system(code), "write", path), path)
      }
      done += count
    }
  }

  /// Gives the file its name in the folder; the folder sees to it that it is on the disk.
  mutating func finish() throws(ExportError) {
    do throws(FileError) { try file.finish(isDurable: false) } catch {
      throw ExportTarget.failure(error, path)
    }
  }
}
