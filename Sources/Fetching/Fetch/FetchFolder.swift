import AudioIO
import Corpus
import Files
import Glibc

/// The folder that tracks are put into, and what of them is there.
final class FetchFolder {
  let path: String
  /// The folder of what has come in part.
  let downloads: String
  /// Of a locked folder; -1 where the file system has no such locks.
  private let lock: Int32

  /// Makes the folders, and keeps others from fetching into them at the same time.
  init(_ path: String, downloads: String?) throws(FetchError) {
    let downloads = downloads ?? "\(path)/.lathe-fetch"
    try FetchError.ofFiles { () throws(FileError) in
      for folder in [path, downloads] { try Files.makeFolder(folder) }
    }
    do {
      lock = try Files.lockedFolder(Files.resolved(downloads))
    } catch {
      if error.code == EBUSY {
        throw FetchError(
          .busy, path, "is being fetched into by another process",
          hint: "wait for it, or give another folder")
      }
      lock = -1
    }
    self.path = path
    self.downloads = downloads
  }

  deinit {
    // Only if it is empty. Another process that wanted to use it notices, and makes it anew.
    unsafe rmdir(downloads)
    if lock >= 0 { close(lock) }
  }

  /// Makes the folder that a file lies in.
  static func makeFolder(above path: String) throws(FetchError) {
    guard let end = path.lastIndex(of: "/") else { return }
    try FetchError.ofFiles { () throws(FileError) in try Files.makeFolder(String(path[..<end])) }
  }

  /// Which of a manifest's tracks lie in a folder.
  struct Presence {
    /// Those that are what the manifest says, as far as it says anything, by their ids.
    var present: Set<String> = []
    /// Those that are something else.
    var changed: Set<String> = []
  }

  /// Looks for tracks at their paths, or at those that `Manifest.overlay(on:)` finds, and takes the checksum of each
  /// that has one.
  static func presence(
    of manifest: Manifest, in path: String, _ cancellation: Cancellation,
    _ examined: (Int, Int) -> Void
  ) throws(FetchError) -> Presence {
    var presence = Presence()
    guard (try? Files.kind(path)) == .folder else { return presence }
    let listing: AudioFolder.Listing
    do { listing = try AudioFolder.list(path) } catch {
      throw FetchError(.file, path, "cannot be listed: \(error.detail)", hint: error.hint)
    }
    let found = manifest.overlay(on: listing.audio).manifest.tracks
    for (index, track) in found.enumerated() {
      if cancellation.isCancelled { throw .interrupted }
      examined(index, found.count)
      let file = "\(path)/\(track.path)"
      let objection = try Checksums(md5: track.md5).objection(to: file)
      if objection == nil, Files.size(file) != 0 {
        presence.present.insert(track.id)
      } else {
        presence.changed.insert(track.id)
      }
    }
    return presence
  }
}
