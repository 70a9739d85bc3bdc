import Files
import Glibc

/// What changes when the files of a folder do: of a cache the sizes and times of its stores and its
/// card.
struct CacheStamp: Sendable, Hashable {
  private struct File: Sendable, Hashable {
    let name: String
    let device: UInt
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  private let files: [File]

  /// The stamp of a folder.
  /// - Parameter endings: those of the names of the files that count.
  /// - Throws: `FileError` where the folder cannot be listed.
  init(folder: String, endings: [String] = [".lmdb", ".json"]) throws(FileError) {
    var files: [File] = []
    for name in try Files.names(folder) where endings.contains(where: name.hasSuffix) {
      var status = stat()
      guard stat("\(folder)/\(name)", &status) == 0 else { continue }
      files.append(
        File(
          name: name, device: status.st_dev, inode: status.st_ino, size: Int(status.st_size),
          seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec))
    }
    self.files = files
  }

  /// The same as a text.
  var text: String {
    EntityTag.text(
      of: files.map {
        "\($0.name) \($0.device) \($0.inode) \($0.size) \($0.seconds) \($0.nanoseconds)"
      })
  }

  /// Whether the stores are the very same files, whatever was written to them.
  func hasSameStores(as other: CacheStamp) -> Bool {
    func stores(_ stamp: CacheStamp) -> [[UInt]] {
      stamp.files.filter { $0.name.hasSuffix(".lmdb") }.map { [$0.device, $0.inode] }
    }
    return stores(self) == stores(other)
  }
}
