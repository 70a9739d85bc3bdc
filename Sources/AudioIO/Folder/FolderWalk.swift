import Corpus
import Glibc

/// A walk through folders, the real ones first and then those that links lead to, so that a link
/// never takes a folder's place.
struct FolderWalk {
  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  var listing = AudioFolder.Listing(audio: [], problems: [], others: [])
  private let root: String
  /// The folders that the root lies in: a link to one of them leads back to the root.
  private let ancestors: Set<Identity>
  private var folders = [""]
  private var linkedFolders: [String] = []
  private var seen: Set<Identity> = []

  init(_ root: String) throws(AudioError) {
    self.root = root
    if root.utf8.contains(0) { throw AudioError(.unreadable(errno: ENOENT), "list", root) }
    var status = stat()
    if unsafe stat(root, &status) != 0 {
      throw AudioError(.unreadable(errno: errno), "list", root)
    }
    if status.st_mode & S_IFMT != S_IFDIR { throw AudioError(.notAFolder, "list", root) }
    ancestors = Self.ancestors(of: root, itself: Identity(status))
  }

  private static func ancestors(of root: String, itself: Identity) -> Set<Identity> {
    var found: Set<Identity> = []
    var last = itself
    var path = root
    while true {
      path += "/.."
      var status = stat()
      if unsafe stat(path, &status) != 0 { return found }
      let next = Identity(status)
      // The parent of the file system's root is itself.
      if next == last { return found }
      found.insert(next)
      last = next
    }
  }

  mutating func nextFolder() -> String? {
    if let folder = folders.popLast() { return folder }
    if linkedFolders.isEmpty { return nil }
    return linkedFolders.removeFirst()
  }

  private func absolute(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }

  private mutating func add(_ kind: AudioError.Kind, _ path: String) {
    let error = AudioError(kind, "list", absolute(path))
    listing.problems.append(AudioFolder.Problem(path: path, error: error))
  }

  mutating func read(_ folder: String) throws(AudioError) {
    var status = stat()
    guard unsafe stat(absolute(folder), &status) == 0, let stream = unsafe opendir(absolute(folder))
    else {
      let number = errno
      // Nothing was read at all where the root itself refuses.
      if folder.isEmpty { throw AudioError(.unreadable(errno: number), "list", root) }
      return add(.unreadable(errno: number), folder)
    }
    defer { unsafe closedir(stream) }
    if !seen.insert(Identity(status)).inserted { return add(.symlinkLoop, folder) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      // An entry is only as long as its name: the array of 256 bytes must not be read whole.
      guard let start = unsafe UnsafePointer(entry).pointer(to: \.d_name) else { continue }
      let bytes = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
      let name = unsafe Array(
        UnsafeBufferPointer(
          start: bytes, count: strlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))))
      if let text = String(validating: name, as: UTF8.self) {
        names.append(text)
      } else {
        add(.badName, join(folder, String(decoding: name, as: UTF8.self)))
      }
      errno = 0
    }
    if errno != 0 { add(.unreadable(errno: errno), folder) }
    // The order of the system is any order; the one in which links are followed must be fixed.
    for name in names.sorted(by: ByteOrder.precedes)
    where name.utf8.first != UInt8(ascii: ".") {
      take(name, in: folder)
    }
  }

  private func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  private mutating func take(_ name: String, in folder: String) {
    let path = join(folder, name)
    var status = stat()
    if unsafe lstat(absolute(path), &status) != 0 { return add(.unreadable(errno: errno), path) }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    if isLink {
      if unsafe stat(absolute(path), &status) != 0 {
        return add(errno == ELOOP ? .symlinkLoop : .unreadable(errno: errno), path)
      }
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR where AudioFolder.systemFolders.contains(name): break
    case S_IFDIR where isLink && ancestors.contains(Identity(status)): add(.symlinkLoop, path)
    case S_IFDIR where isLink: linkedFolders.append(path)
    case S_IFDIR: folders.append(path)
    case S_IFREG where AudioFolder.isAudio(path): listing.audio.append(path)
    case S_IFREG: listing.others.append(path)
    default:
      if AudioFolder.isAudio(path) { add(.notAFile, path) } else { listing.others.append(path) }
    }
  }
}
