import Archives
import Corpus
import Files
import Glibc
import Synchronization
import Wording

/// A folder or an archive of audio.
final class AudioRoot: Sendable {
  let path: String
  private let scratch: String?
  private let packed = Mutex<PackedAudio?>(nil)

  init(_ path: String, scratch: String?) {
    self.path = path
    self.scratch = scratch
  }

  /// What lies below it.
  func list() throws(AudioError) -> AudioFolder.Listing {
    guard let packed = try archive(isNew: true) else { return try AudioFolder.list(path) }
    return packed.listing
  }

  func has(_ file: String) -> Bool { stamp(of: file) != nil }

  func open(_ file: String) throws(AudioError) -> OpenFile {
    guard let packed = try archive() else { return try OpenFile(path: "\(path)/\(file)") }
    guard let entry = packed.entry(file) else {
      throw AudioError(.unreadable(errno: ENOENT), "open", "\(path): \(file)")
    }
    return try OpenFile(entry, of: packed.archive)
  }

  func stamp(of file: String) -> (byteCount: Int64, modifiedNanoseconds: Int64)? {
    guard let packed = try? archive() else {
      var status = stat()
      guard unsafe stat("\(path)/\(file)", &status) == 0 else { return nil }
      return (Int64(status.st_size), Self.nanoseconds(status))
    }
    return packed.entry(file).map { ($0.byteCount, packed.archive.stamp.modifiedNanoseconds) }
  }

  /// Nanoseconds beyond the years 1677 to 2262 wrap around: a time is only ever compared with
  /// another one of the same file, and two that wrap to the same number are 584 years apart.
  private static func nanoseconds(_ status: stat) -> Int64 {
    Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }

  /// The archive; nil where the path is none, which a folder's own verdicts are for.
  /// - Parameter isNew: whether an archive that was opened before and has changed is opened anew.
  private func archive(isNew: Bool = false) throws(AudioError) -> PackedAudio? {
    let result = packed.withLock { held -> Result<PackedAudio?, AudioError> in
      if let held, !isNew || held.isCurrent { return .success(held) }
      guard (try? Files.kind(path)) == .file else { return .success(nil) }
      do throws(ArchiveError) {
        held = PackedAudio(try Archive(path, scratch: scratch))
        return .success(held)
      } catch {
        return .failure(AudioError(error, "list"))
      }
    }
    return try result.get()
  }

  /// What to call a collection of it alone: the last part of its path, without an archive's ending.
  var name: String {
    var resolved = path
    while resolved.count > 1, resolved.hasSuffix("/") { resolved.removeLast() }
    if [".", ".."].contains(resolved.lastPathComponent) {
      resolved = Files.resolved(path)
    }
    var name = String(resolved.lastPathComponent ?? "audio")
    guard (try? Files.kind(path)) == .file else { return name }
    let endings = [".gz", ".bz2", ".xz", ".zst", ".tgz", ".tbz2", ".txz", ".tar", ".zip"]
    while let ending = endings.first(where: { name.lowercased().hasSuffix($0) }),
      name.utf8.count > ending.utf8.count
    {
      name.removeLast(ending.count)
    }
    return name
  }

  /// Roots that are the same, or of which one lies in another, would give files twice.
  static func refuseNested(_ roots: [AudioRoot]) throws(AudioError) {
    let paths = roots.map { ($0, Files.resolved($0.path)) }
    for (index, (root, path)) in paths.enumerated() {
      for (other, (outer, above)) in paths.enumerated() where other != index {
        if path == above || path.hasPrefix(above == "/" ? "/" : "\(above)/") {
          throw AudioError(
            .repeatedPath, "list", root.path,
            detail: path == above ? "is given twice" : "lies in \(outer.path), which is given too")
        }
      }
    }
  }
}

/// An archive of audio with its files by name.
private final class PackedAudio: Sendable {
  let archive: Archive
  let listing: AudioFolder.Listing
  /// By bytes: two names may differ only in how an accented letter is composed.
  private let indices: [[UInt8]: Int]

  init(_ archive: Archive) {
    self.archive = archive
    listing = AudioFolder.list(archive)
    var indices: [[UInt8]: Int] = [:]
    for (index, entry) in archive.entries.enumerated() { indices[Array(entry.name.utf8)] = index }
    self.indices = indices
  }

  func entry(_ name: String) -> ArchiveEntry? {
    indices[Array(name.utf8)].map { archive.entries[$0] }
  }

  /// Whether the archive is still the one that was opened.
  var isCurrent: Bool {
    (try? Archive.stamp(of: archive.path)).map { $0 == archive.stamp } ?? false
  }
}

extension AudioFolder {
  /// The audio files in an archive, by the same rules as those below a folder.
  static func list(_ archive: Archive) -> Listing {
    var listing = Listing(audio: [], problems: [], others: [])
    for entry in archive.entries where !isPassedOver(entry.name) {
      if isAudio(entry.name) {
        listing.audio.append(entry.name)
      } else {
        listing.others.append(entry.name)
      }
    }
    for error in archive.problems {
      let name = error.entry ?? archive.path
      if isPassedOver(name) { continue }
      // A link or the like that is no audio by its name is nothing that anybody misses.
      if error.code == "not-a-file", !isAudio(name) {
        listing.others.append(name)
      } else {
        listing.problems.append(Problem(path: name, error: AudioError(error, "list")))
      }
    }
    listing.finish { "\(archive.path): \($0)" }
    return listing
  }
}
