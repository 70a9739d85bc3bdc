import Glibc

extension Files {
  /// What holds a folder.
  package struct FileSystem: Sendable, Hashable {
    /// Its type, such as "ext4" or "nfs4", as the system names it; empty where that is not known.
    package let type: String
    /// Bytes that may still be written.
    package let freeBytes: Int

    /// A file system of a type.
    package init(type: String, freeBytes: Int) {
      self.type = type
      self.freeBytes = freeBytes
    }

    /// Whether other machines may have it too, or any program be behind it: memory maps and locks do not hold
    /// there what those of a local disk do.
    package var isShared: Bool {
      Self.shared.contains { type == $0 || type.hasPrefix("\($0).") }
    }

    private static let shared = [
      "nfs", "nfs4", "lustre", "gpfs", "cifs", "smb2", "smb3", "smbfs", "fuse", "fuseblk", "ceph",
      "beegfs", "afs", "9p", "pvfs2", "glusterfs", "virtiofs", "ocfs2", "gfs2",
    ]
  }

  /// The file system of a path, or of the nearest folder above it that is there.
  package static func fileSystem(of path: String) throws(FileError) -> FileSystem {
    var folder = path.isEmpty ? "." : path
    var status = statvfs()
    while statvfs(folder, &status) != 0 {
      guard errno == ENOENT, folder != "/", folder != "." else {
        throw FileError(.system(errno), "examine", path)
      }
      folder = self.folder(of: folder)
    }
    let mounts = (try? read("/proc/self/mountinfo", limit: 1 << 24)) ?? nil
    return FileSystem(
      type: type(of: resolved(folder), in: String(decoding: mounts ?? [], as: UTF8.self)),
      freeBytes: Int(clamping: UInt64(status.f_bavail)) * Int(status.f_frsize))
  }

  /// The type of the file system that is mounted over a path last, by the lines of proc(5)'s mountinfo; empty
  /// where there is none.
  static func type(of path: String, in mounts: String) -> String {
    var found = (point: "", type: "")
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 6, let end = fields.firstIndex(of: "-"), end + 1 < fields.count else {
        continue
      }
      let point = unescaped(fields[4])
      let isAbove = point == "/" || path == point || path.hasPrefix("\(point)/")
      // What is mounted later at the same path hides what was there.
      if isAbove, point.utf8.count >= found.point.utf8.count {
        found = (point, String(fields[end + 1]))
      }
    }
    return found.type
  }

  /// Spaces, tabs and backslashes come as \040 and so on.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let first = rest.popFirst() {
      let digits = rest.prefix(3)
      if first == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(first)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
