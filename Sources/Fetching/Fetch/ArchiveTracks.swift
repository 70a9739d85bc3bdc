import Archives
import Corpus
import Files
import Glibc
import Wording

/// Tracks in archives that lie here.
extension FetchRun {
  /// Takes the missing tracks out of an archive that was fetched, and removes it. One that turns out to be damaged is
  /// removed, too.
  func use(_ path: String, _ source: RemoteSource, isWhole: Bool = true) throws(FetchError) {
    do {
      try unpack(path, title: source.title) { source.path(ofMember: $0) }
    } catch {
      if error.kind == .archive || error.kind == .notTheFile { unsafe unlink(path) }
      throw error
    }
    if !isWhole || !fetch.keepsArchives { unsafe unlink(path) }
  }

  /// Takes the missing tracks out of an archive that one already has.
  func take(archive path: String) throws(FetchError) {
    let name = path.lastPathComponent.map(String.init) ?? path
    let source = fetch.remotes.sources.first { $0.kind == .archive && $0.name == name }
    if let objection = try source?.checksums.objection(to: path) {
      throw FetchError(.checksum, path, objection, hint: "copy it again, or give another")
    }
    try unpack(path, title: path) { source?.path(ofMember: $0) ?? $0 }
  }

  /// Takes the missing tracks out of an archive, once its names and sizes have been looked at from the first to the
  /// last.
  ///
  /// - Parameter trackPath: where an entry lies among the tracks, by its name in the archive; nil for nowhere.
  private func unpack(
    _ path: String, title: String, _ trackPath: (String) -> String?
  ) throws(FetchError) {
    let names = try Self.names(path)
    let files = names.compactMap(trackPath)
    let found = try found(of: missing, in: files, title)
    let trackOfFile = Dictionary(
      found.map { ($0.file, $0.track) }, uniquingKeysWith: { first, _ in first })
    try Self.ofArchive { () throws in
      var stream = try ArchiveStream(path)
      var done = 0
      while done < found.count, let item = try stream.next() {
        if cancellation.isCancelled { throw FetchError.interrupted }
        guard case .file(let entry) = item, let file = trackPath(entry.name),
          let track = trackOfFile[file]
        else { continue }
        do {
          var copy = try TrackFile(track, in: fetch.folder, from: title)
          try stream.read { bytes in try copy.write(bytes) }
          try copy.finish()
          placed([track.id])
        } catch let error as FetchError {
          guard error.kind == .checksum else { throw error }
          refuse(track, error, from: title)
        }
        done += 1
        observe(.placed(title: title, done: done, of: found.count))
      }
    }
  }

  /// The tracks that are among the files of an archive.
  ///
  /// - Throws: ``FetchError`` of the kind `notTheFile` where none of all that are wanted are, be they missing or not.
  func found(
    of tracks: [Track], in files: [String], _ archive: String
  ) throws(FetchError) -> [(track: Track, file: String)] {
    let found = wanted.tracks(tracks, in: files)
    if found.isEmpty, wanted.tracks(wanted.tracks, in: files).isEmpty {
      throw FetchError(
        .notTheFile, archive, "has none of the tracks",
        hint:
          "see whether it is of this dataset, and whether the paths in it are those of the manifest"
      )
    }
    return found
  }

  /// The names of the files in an archive, which is read to its end.
  ///
  /// - Throws: ``FetchError`` of the kind `archive` for one that is cut off, damaged or swells beyond all bounds, and
  ///   where a name climbs out of the folder: who made it had something else in mind than music.
  private static func names(_ path: String) throws(FetchError) -> [String] {
    var names: [String] = []
    var repeated: Set<String> = []
    try ofArchive {
      var stream = try ArchiveStream(path)
      while let item = try stream.next() {
        switch item {
        case .file(let entry): names.append(entry.name)
        case .problem(let error):
          let name = error.entry ?? ""
          let climbs = name.utf8.first == UInt8(ascii: "/") || name.pathComponents.contains("..")
          if climbs { throw error }
          // Programs differ in which of them they take.
          if error.kind == .repeatedName { repeated.insert(name) }
        }
      }
    }
    return names.filter { !repeated.contains($0) }
  }

  private static func ofArchive<Value>(
    _ body: () throws -> Value
  ) throws(FetchError) -> Value {
    do {
      return try body()
    } catch let error as FetchError {
      throw error
    } catch let error as ArchiveError {
      throw FetchError(archive: error)
    } catch {
      throw FetchError(.archive, "the archive", "cannot be unpacked", hint: "\(error)")
    }
  }
}

extension FetchError {
  /// The verdict on an archive.
  init(archive error: ArchiveError) {
    let isOurs =
      switch error.kind {
      case .unreadable, .noRoom, .library: true
      default: false
      }
    self.init(isOurs ? .file : .archive, error.subject, error.detail, hint: error.hint)
  }
}
