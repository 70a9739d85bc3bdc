import AudioIO
import Corpus
import Files
import Glibc

/// Files that one already has.
extension FetchRun {
  private static let pieceBytes = 1 << 20

  /// Takes missing tracks from a folder with tracks or archives in it, or from an archive.
  func take(own path: String) throws(FetchError) {
    switch try FetchError.ofFiles({ () throws(FileError) in try Files.kind(path) }) {
    case .missing:
      throw FetchError(.file, path, "is not there", hint: "give a file or folder that you have")
    case .other:
      throw FetchError(.file, path, "is no file and no folder", hint: "give one of them")
    case .file: try take(archive: path)
    case .folder:
      try take(folder: path)
      for source in fetch.remotes.sources where source.kind == .archive {
        for name in source.fileNames where !missing.isEmpty {
          let archive = "\(path)/\(name)"
          if (try? Files.kind(archive)) == .file { try take(archive: archive) }
        }
      }
    }
  }

  /// Copies the tracks that lie in a folder.
  private func take(folder path: String) throws(FetchError) {
    let listing: AudioFolder.Listing
    do { listing = try AudioFolder.list(path) } catch {
      throw FetchError(.file, path, "cannot be listed: \(error.detail)", hint: error.hint)
    }
    let found = wanted.tracks(missing, in: listing.audio)
    for (index, (track, file)) in found.enumerated() {
      if cancellation.isCancelled { throw .interrupted }
      do throws(FetchError) {
        var copy = try TrackFile(track, in: fetch.folder, from: path)
        try Self.copy("\(path)/\(file)", to: &copy)
        try copy.finish()
        placed([track.id])
      } catch {
        guard error.kind == .checksum else { throw error }
        refuse(track, error, from: path)
      }
      observe(.placed(title: path, done: index + 1, of: found.count))
    }
  }

  private static func copy(_ path: String, to track: inout TrackFile) throws(FetchError) {
    var offset = 0
    while true {
      let bytes = try FetchError.ofFiles { () throws(FileError) in
        try Files.read(path, at: offset, count: pieceBytes) ?? []
      }
      if bytes.isEmpty { return }
      try track.write(unsafe bytes.span.bytes)
      offset += bytes.count
    }
  }
}

extension Manifest {
  /// Some tracks of this manifest that are among files, each with the file's extension and without a checksum where
  /// that is another one; see ``overlay(on:)``.
  func tracks(_ tracks: [Track], in files: [String]) -> [(track: Track, file: String)] {
    let part = Manifest(part: tracks, named: name)
    let found = part.overlay(on: files).manifest.tracks
    let own = Dictionary(uniqueKeysWithValues: tracks.map { ($0.id, $0) })
    return found.compactMap { track in
      guard var placed = own[track.id] else { return nil }
      let file = track.path
      let (stem, ending) = (PathParts(placed.path), PathParts(file).fileExtension)
      if stem.fileExtension != ending {
        placed.path = stem.pathWithoutExtension + (ending.isEmpty ? "" : ".\(ending)")
        placed.md5 = nil
      }
      return (placed, file)
    }
  }
}
