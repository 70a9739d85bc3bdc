import Corpus
import Glibc

/// The audio files below a folder.
public enum AudioFolder {
  /// What was found below a folder.
  public struct Listing: Sendable, Hashable {
    /// The audio files, as paths relative to the folder, in byte order.
    public var audio: [String]
    /// What could not be listed, in byte order of the path relative to the folder.
    public var problems: [Problem]
    /// The number of files that are not audio by their names.
    public var otherFiles: Int
  }

  /// A file, link or folder that was passed over.
  public struct Problem: Sendable, Hashable {
    /// Its path relative to the folder; bytes that are not UTF-8 are replaced.
    public var path: String
    /// Why.
    public var error: AudioError
  }

  /// The extensions, in lower case, that make a file an audio file; case does not matter.
  public static let extensions: Set<String> = [
    "wav", "au", "aif", "aiff", "flac", "ogg", "oga", "opus", "mp3", "w64", "caf", "rf64",
  ]

  /// Lists the audio files below `root`, at any depth, by their extensions.
  ///
  /// - Names that begin with a dot and folders named `__MACOSX` are passed over.
  /// - Links are followed while they stay below `root`. A link that leads out of it, to nothing, or
  ///   to a folder that is listed anyway (a loop among them) is a problem; each folder is read once.
  /// - A folder that may not be read is a problem, the others are read; no file is opened.
  /// - Throws: ``AudioError`` when `root` itself is missing, not a folder or not readable.
  public static func list(_ root: String) throws(AudioError) -> Listing {
    var walk = try FolderWalk(root)
    while let folder = walk.nextFolder() { try walk.read(folder) }
    walk.listing.audio.sort(by: ByteOrder.precedes)
    walk.listing.problems.sort { ByteOrder.precedes($0.path, $1.path) }
    return walk.listing
  }
}

/// A walk through folders, the real ones first and then those that links lead to, so that a link
/// never takes a folder's place.
private struct FolderWalk {
  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  var listing = AudioFolder.Listing(audio: [], problems: [], otherFiles: 0)
  private let root: String
  private let realRoot: String
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
    guard let realRoot = Self.realPath(root) else {
      throw AudioError(.unreadable(errno: errno), "list", root)
    }
    self.realRoot = realRoot
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
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
    where name.utf8.first != UInt8(ascii: ".") && name != "__MACOSX" {
      take(join(folder, name))
    }
  }

  private func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : "\(folder)/\(name)"
  }

  private mutating func take(_ path: String) {
    var status = stat()
    if unsafe lstat(absolute(path), &status) != 0 { return add(.unreadable(errno: errno), path) }
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    if isLink {
      if unsafe stat(absolute(path), &status) != 0 {
        return add(errno == ELOOP ? .symlinkLoop : .unreadable(errno: errno), path)
      }
      guard let target = Self.realPath(absolute(path)) else {
        return add(.unreadable(errno: errno), path)
      }
      let inside = realRoot == "/" ? "/" : realRoot + "/"
      if target != realRoot && !target.utf8.starts(with: inside.utf8) {
        return add(.outsideFolder, path)
      }
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR where isLink: linkedFolders.append(path)
    case S_IFDIR: folders.append(path)
    case S_IFREG where isAudio(path): listing.audio.append(path)
    case S_IFREG: listing.otherFiles += 1
    default:
      if isAudio(path) { add(.notAFile, path) } else { listing.otherFiles += 1 }
    }
  }

  private func isAudio(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return false }
    return AudioFolder.extensions.contains(name[name.index(after: dot)...].lowercased())
  }
}
