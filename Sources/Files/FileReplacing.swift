import Glibc

extension Files {
  /// Replaces a file so that whoever reads it, at any moment and after any crash, finds the old content or the
  /// new one; nothing else is left behind.
  ///
  /// - Parameters:
  ///   - temporary: where it is written first, in the same folder; `PATH.temporary` if nil.
  ///   - mode: the permissions of a new file.
  ///   - isDurable: whether to wait until it is on the disk. Of many files that can be made again, a crash may
  ///     leave some empty.
  package static func replace(
    _ path: String, with bytes: [UInt8], temporary: String? = nil, mode: UInt32 = 0o644,
    isDurable: Bool = true
  ) throws(FileError) {
    let temporary = temporary ?? "\(path).temporary"
    func failure() -> FileError { FileError(.system(errno), "write", path) }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    if descriptor < 0 { throw failure() }
    do throws(FileError) {
      do throws(FileError) {
        try write(bytes, to: descriptor, path)
        if isDurable, fsync(descriptor) != 0 { throw failure() }
      } catch {
        close(descriptor)
        throw error
      }
      if close(descriptor) != 0 { throw failure() }
      if rename(temporary, path) != 0 { throw failure() }
    } catch {
      unlink(temporary)
      throw error
    }
    if isDurable { syncFolder(of: path) }
  }

  /// Brings a rename or a new name to the disk.
  package static func syncFolder(of path: String) {
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    let folder = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory < 0 { return }
    // Some file systems cannot; there the name is as safe as it gets.
    fsync(directory)
    close(directory)
  }
}
