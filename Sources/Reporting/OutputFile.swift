import Glibc

/// Writes finished files.
public enum OutputFile {
  /// Makes a folder and those above it.
  /// - Throws: ``ReportError`` `.unwritable`, `.noSpace`.
  public static func makeFolder(_ path: String) throws(ReportError) {
    if unsafe mkdir(path, 0o755) == 0 { return }
    let code = errno
    if code == EEXIST {
      var status = stat()
      guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw ReportError(
          kind: .unwritable, subject: path, detail: "it is a file", hint: "give a folder")
      }
      return
    }
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard code == ENOENT, !parent.isEmpty else { throw failure(code, path) }
    try makeFolder(parent)
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { throw failure(errno, path) }
  }

  /// Replaces a file so that whoever reads it, at any moment and after any crash, finds the old content or the
  /// new one. What is no ordinary file (a pipe, a device) is written as it is.
  ///
  /// - Parameters:
  ///   - bytes: the content.
  ///   - path: the file; a link is followed.
  ///   - isDurable: whether to wait until it is on the disk. Of many files that can be made again, a crash may
  ///     leave some empty.
  /// - Throws: ``ReportError`` `.unwritable`, `.noSpace`; nothing is left behind then.
  public static func write(
    _ bytes: [UInt8], to path: String, isDurable: Bool = true
  ) throws(ReportError) {
    let target = resolved(path)
    var status = stat()
    if unsafe stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = unsafe open(target, O_WRONLY | O_CLOEXEC)
      if descriptor < 0 { throw failure(errno, path) }
      defer { close(descriptor) }
      return try write(bytes, descriptor, path)
    }
    let temporary = "\(target).temporary-\(getpid())"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw failure(errno, path) }
    do throws(ReportError) {
      do throws(ReportError) {
        try write(bytes, descriptor, path)
        if isDurable, fsync(descriptor) != 0 { throw failure(errno, path) }
      } catch {
        close(descriptor)
        throw error
      }
      if close(descriptor) != 0 { throw failure(errno, path) }
      if unsafe rename(temporary, target) != 0 { throw failure(errno, path) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  private static func write(
    _ bytes: [UInt8], _ descriptor: Int32, _ path: String
  ) throws(ReportError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { throw failure(count == 0 ? ENOSPC : errno, path) }
      done += count
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  private static func failure(_ code: Int32, _ path: String) -> ReportError {
    let isFull = code == ENOSPC || code == EDQUOT
    return ReportError(
      kind: isFull ? .noSpace : .unwritable, subject: path,
      detail: "cannot write it: \(unsafe String(cString: strerror(code)))",
      hint: isFull ? "free some space" : "check the folder and its permissions")
  }
}
