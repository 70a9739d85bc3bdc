import Files
import Synchronization

/// An archive whose files are read one by one, in any order and by any number of threads.
///
/// - A zip has a directory; an entry is unpacked when it is wanted, and its checksum compared.
/// - The entries of a tar lie in it as they are: one pass over the headers finds them.
/// - A compressed tar can only be unpacked from its start. It is listed in one pass that keeps
///   nothing, and unpacked, in a second one, to a file of no name when the first entry is wanted:
///   this costs the time of unpacking twice and the room once, and nothing where no file is wanted,
///   as when nothing has changed. The file is gone with this value, or with the process.
package final class Archive: Sendable {
  /// Its path.
  package let path: String
  /// The files in it, in its order.
  package let entries: [ArchiveEntry]
  /// Entries that cannot be used, and why: all of those that share a name among them.
  package let problems: [ArchiveError]

  private let file: ArchiveFile
  private let form: ArchiveForm
  private let scratch: String
  private let unpacked = Mutex<ArchiveFile?>(nil)

  /// Opens and lists an archive.
  /// - Parameter scratch: the folder of the file that it is unpacked to where it must be, and of
  ///   large entries of a zip; one for temporary files where it is nil.
  /// - Throws: ``ArchiveError``, where it cannot be listed whole.
  package init(
    _ path: String, limits: ArchiveLimits = ArchiveLimits(), scratch: String? = nil
  ) throws(ArchiveError) {
    let file = try ArchiveFile(path)
    var stream = try ArchiveStream(file, limits, takesData: false)
    var entries: [ArchiveEntry] = []
    var problems: [ArchiveError] = []
    var repeated: Set<String> = []
    while let item = try stream.next() {
      switch item {
      case .file(let entry): entries.append(entry)
      case .problem(let error):
        problems.append(error)
        if error.kind == .repeatedName, let name = error.entry { repeated.insert(name) }
      }
    }
    if !repeated.isEmpty {
      // Programs differ in which of them they take.
      let taken = entries.filter { repeated.contains($0.name) }
      problems += taken.map { ArchiveError(.repeatedName, path, entry: $0.name) }
      entries.removeAll { repeated.contains($0.name) }
    }
    self.path = path
    self.entries = entries
    self.problems = problems
    self.file = file
    self.scratch = scratch ?? Files.temporaryFolder
    form = stream.archiveForm
  }

  /// What shows whether an archive has changed.
  package struct Stamp: Sendable, Hashable {
    /// Its size.
    package let byteCount: Int64
    /// When it was last changed, in nanoseconds since 1970.
    package let modifiedNanoseconds: Int64
  }

  /// The stamp of the archive as it was opened.
  package var stamp: Stamp { file.stamp }

  /// The stamp of an archive as it is now.
  package static func stamp(of path: String) throws(ArchiveError) -> Stamp {
    try ArchiveFile(path).stamp
  }

  /// Unpacks an entry.
  /// - Throws: ``ArchiveError``: unreadable, truncated, damaged, encrypted, unsupported, changed; and
  ///   what `sink` does.
  package func read(_ entry: ArchiveEntry, _ sink: (RawSpan) throws -> Void) throws {
    if case .zip(let record) = entry.location { return try file.unpack(record, sink) }
    let (source, offset) = try unpackedLocation(of: entry)
    var done: Int64 = 0
    while done < entry.byteCount {
      let piece = try source.bytes(
        at: offset + done, count: Int(min(1 << 20, entry.byteCount - done)))
      if piece.isEmpty { throw ArchiveError(.changed, path) }
      try sink(unsafe piece.span.bytes)
      done += Int64(piece.count)
    }
    try file.checkUnchanged()
  }

  /// Where the bytes of an entry lie as they are: a descriptor of the caller's own, to be closed,
  /// and the offset of the first byte; nil where they are packed and at most `limit` bytes, so that
  /// they are better unpacked to memory.
  package func location(
    of entry: ArchiveEntry, unlessBelow limit: Int64
  ) throws(ArchiveError) -> (descriptor: Int32, offset: Int64)? {
    let (source, offset): (ArchiveFile, Int64)
    if case .zip(let record) = entry.location {
      if entry.byteCount <= limit { return nil }
      source = try ArchiveFile(unnamedIn: scratch, of: path, byteCount: entry.byteCount)
      try spool(into: source) { sink in try file.unpack(record, sink) }
      offset = 0
    } else {
      (source, offset) = try unpackedLocation(of: entry)
    }
    guard let copy = source.duplicate() else { throw ArchiveError(.library, path) }
    return (copy, offset)
  }

  /// The tar, or what the compressed one unpacks to, and the first byte of an entry in it.
  private func unpackedLocation(
    of entry: ArchiveEntry
  ) throws(ArchiveError) -> (ArchiveFile, Int64) {
    guard case .tar(let offset?) = entry.location else {
      throw ArchiveError(
        .unsupported, path, entry: entry.name, detail: "is stored with holes (a sparse file)")
    }
    if form == .tar {
      try file.checkUnchanged()
      return (file, offset)
    }
    let result = unpacked.withLock { held -> Result<ArchiveFile, ArchiveError> in
      if let held { return .success(held) }
      let made = Result { () throws(ArchiveError) in try unpackAll() }
      held = try? made.get()
      return made
    }
    return (try result.get(), offset)
  }

  /// Unpacks a compressed tar up to the end of its last file.
  private func unpackAll() throws(ArchiveError) -> ArchiveFile {
    let end = entries.reduce(into: Int64(0)) { end, entry in
      if case .tar(let offset?) = entry.location { end = max(end, offset + entry.byteCount) }
    }
    let target = try ArchiveFile(unnamedIn: scratch, of: path, byteCount: end)
    struct Enough: Error {}
    try spool(into: target) { sink in
      let source = PackedBytes(file, range: 0..<file.byteCount, pieceBytes: 256 << 10)
      var reader = try LibraryReader(source, as: .unpacked)
      _ = try reader.next()
      var done: Int64 = 0
      do {
        try reader.read(nil) { bytes in
          try sink(bytes)
          done += Int64(bytes.byteCount)
          if done >= end { throw Enough() }
        }
      } catch is Enough {}
      if done < end { throw ArchiveError(.truncated, path) }
      try file.checkUnchanged()
    }
    return target
  }

  /// Writes what a reader gives to a file, in order.
  private func spool(
    into target: ArchiveFile, _ read: ((RawSpan) throws -> Void) throws -> Void
  ) throws(ArchiveError) {
    var offset: Int64 = 0
    do {
      try read { bytes in
        let status = target.write(bytes, at: offset)
        if status != 0 { throw ArchiveError(.noRoom(folder: scratch, errno: status), path) }
        offset += Int64(bytes.byteCount)
      }
    } catch {
      throw error as? ArchiveError ?? ArchiveError(.library, path)
    }
  }
}
