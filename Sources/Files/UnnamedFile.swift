import Glibc

extension Files {
  /// The folder for large temporary files: `TMPDIR`, or else `/var/tmp`, since `/tmp` may be in
  /// memory.
  package static var temporaryFolder: String {
    if let set = getenv("TMPDIR"), set.pointee != 0 { return String(cString: set) }
    return "/var/tmp"
  }

  /// Makes a file of no name in a folder, for reading and writing: whatever becomes of the process,
  /// its room is free again once the descriptor is closed.
  /// - Returns: a descriptor, for the caller to close.
  package static func unnamed(in folder: String) throws(FileError) -> Int32 {
    var template = Array("\(folder)/.lathe-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    if descriptor < 0 { throw FileError(.system(errno), "create", folder) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }
}
