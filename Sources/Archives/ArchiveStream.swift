/// The entries of an archive one after the other, each of whose bytes may be taken as it comes:
/// one pass, in a memory that doesn't grow with the archive's size.
///
/// A zip is walked by the directory at its end, a tar and a compressed one from its start. Only
/// plain files under safe names are files here (see ``EntryName/problem(_:)``); folders are passed
/// over, and links, devices, names that climb and names that were there before are problems.
package struct ArchiveStream: ~Copyable {
  private let file: ArchiveFile
  private let records: [ZipRecord]
  private var nextRecord = 0
  private var reader: LibraryReader?
  private var tally: ArchiveTally
  private var names: Set<[UInt8]> = []
  /// The entry that ``next()`` came to, where it is a file.
  private var current: ArchiveEntry?
  /// What it is by its first bytes.
  let archiveForm: ArchiveForm

  /// Opens an archive.
  /// - Throws: ``ArchiveError``: unreadable, not a file, not an archive, another form, and those of
  ///   ``ZipDirectory``.
  package init(
    _ path: String, limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    try self.init(try ArchiveFile(path), limits, takesData: true)
  }

  /// - Parameter takesData: whether data will be read, not only headers.
  init(
    _ file: ArchiveFile, _ limits: ArchiveLimits, takesData: Bool
  ) throws(ArchiveError) {
    guard let form = ArchiveForm(try file.bytes(at: 0, count: ArchiveForm.headerBytes)) else {
      throw ArchiveError(.notAnArchive, file.path)
    }
    var records: [ZipRecord] = []
    var reader: LibraryReader?
    switch form {
    case .zip:
      let directory = try ZipDirectory(file.path, byteCount: file.byteCount, limits: limits) {
        (offset, count) throws(ArchiveError) in try file.bytes(at: offset, count: count)
      }
      records = directory.records
    case .tar, .compressedTar:
      // Headers of a plain tar lie far apart: what is read beyond one is read in vain.
      let piece = form == .tar && !takesData ? 4 << 10 : 256 << 10
      reader = try LibraryReader(
        PackedBytes(file, range: 0..<file.byteCount, pieceBytes: piece), as: .tar)
    case .other(let name): throw ArchiveError(.otherForm(name), file.path)
    }
    self.file = file
    archiveForm = form
    self.records = records
    self.reader = reader
    tally = ArchiveTally(limits, path: file.path, archiveBytes: file.byteCount)
  }

  /// The next file or problem; nil at the end.
  /// - Throws: ``ArchiveError`` that ends the pass: unreadable, truncated, damaged, too many
  ///   entries, too large, swells, changed.
  package mutating func next() throws(ArchiveError) -> ArchiveItem? {
    current = nil
    while true {
      guard let item = try archiveForm == .zip ? zipItem() : tarItem() else {
        try file.checkUnchanged()
        return nil
      }
      switch item {
      case .some(let item):
        if case .file(let entry) = item { current = entry }
        return item
      // A folder.
      case .none: continue
      }
    }
  }

  /// The bytes of the file that ``next()`` came to, in order; what is not read is passed over.
  /// - Throws: ``ArchiveError``: unreadable, truncated, damaged, encrypted, unsupported; and what
  ///   `sink` does.
  package mutating func read(_ sink: (RawSpan) throws -> Void) throws {
    guard let entry = current else { return }
    if case .zip(let record) = entry.location {
      return try file.unpack(record, sink)
    }
    var count: Int64 = 0
    try reader?.read(entry.name) { bytes in
      count += Int64(bytes.byteCount)
      try sink(bytes)
    }
    if count != entry.byteCount { throw ArchiveError(.truncated, file.path, entry: entry.name) }
  }

  /// Nil at the end, nothing for a folder.
  private mutating func zipItem() throws(ArchiveError) -> ArchiveItem?? {
    if nextRecord == records.count { return nil }
    let record = records[nextRecord]
    nextRecord += 1
    if record.kind == .folder { return .some(nil) }
    return .some(
      item(
        record.name, shown: record.shownName,
        problem: record.kind == .other ? .notAPlainEntry : record.isEncrypted ? .encrypted : nil,
        byteCount: record.byteCount, .zip(record)))
  }

  private mutating func tarItem() throws(ArchiveError) -> ArchiveItem?? {
    guard let header = try reader?.next() else { return nil }
    try tally.count(header.shownName, byteCount: header.byteCount)
    try tally.check(position: header.dataOffset)
    if header.isFolder { return .some(nil) }
    let end = header.dataOffset + header.byteCount
    let isCut = archiveForm == .tar && !header.isSparse && end > file.byteCount
    return .some(
      item(
        header.name, shown: header.shownName,
        problem: !header.isFile ? .notAPlainEntry : isCut ? .truncated : nil,
        byteCount: header.byteCount, .tar(offset: header.isSparse ? nil : header.dataOffset)))
  }

  private mutating func item(
    _ name: String?, shown: String, problem: ArchiveError.Kind?, byteCount: Int64,
    _ location: ArchiveEntry.Location
  ) -> ArchiveItem {
    guard let name else {
      return .problem(ArchiveError(.unsafeName("is not UTF-8"), file.path, entry: shown))
    }
    let path = EntryName.path(name) ?? name
    if let words = EntryName.problem(path) {
      return .problem(ArchiveError(.unsafeName(words), file.path, entry: shown))
    }
    if let problem { return .problem(ArchiveError(problem, file.path, entry: path)) }
    if !names.insert(Array(path.utf8)).inserted {
      return .problem(ArchiveError(.repeatedName, file.path, entry: path))
    }
    return .file(ArchiveEntry(name: path, byteCount: byteCount, location: location))
  }
}

extension ArchiveFile {
  /// Unpacks one entry of a zip, whose checksum is compared.
  func unpack(_ record: ZipRecord, _ sink: (RawSpan) throws -> Void) throws {
    let name = record.shownName
    if record.isEncrypted { throw ArchiveError(.encrypted, path, entry: name) }
    let header = try bytes(at: record.headerOffset, count: ZipRecord.headerBytes)
    guard let length = ZipRecord.wholeHeader(header) else {
      throw ArchiveError(.damaged, path, entry: name, detail: "has a damaged header")
    }
    let start = record.headerOffset + length
    if start + record.packedBytes > byteCount {
      throw ArchiveError(.truncated, path, entry: name)
    }
    let source = PackedBytes(
      self, header: record.madeHeader, range: start..<start + record.packedBytes,
      pieceBytes: 64 << 10)
    var reader = try LibraryReader(source, as: .zipEntry)
    guard try reader.next() != nil else { throw ArchiveError(.damaged, path, entry: name) }
    var count: Int64 = 0
    try reader.read(name) { bytes in
      count += Int64(bytes.byteCount)
      if count > record.byteCount { throw ArchiveError(.damaged, path, entry: name) }
      try sink(bytes)
    }
    if count != record.byteCount { throw ArchiveError(.damaged, path, entry: name) }
    try checkUnchanged()
  }
}
