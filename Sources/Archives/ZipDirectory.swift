/// The directory at the end of a zip, by which its entries are found without reading the rest.
///
/// It is read from any source of byte ranges, a file or a server. ZIP64, data before the archive
/// (self-extracting ones) and comments are understood.
package struct ZipDirectory: Sendable, Hashable {
  /// The entries in the directory's order, folders among them.
  package let records: [ZipRecord]
  /// Where the directory begins: no entry reaches beyond it.
  package let start: Int64

  private static let endBytes = 22

  /// Reads the directory.
  /// - Parameters:
  ///   - path: the archive, for messages.
  ///   - byteCount: the size of the whole archive.
  ///   - limits: how many entries it may have and what they may unpack to.
  ///   - read: so many bytes from an offset on; fewer where the archive ends.
  /// - Throws: ``ArchiveError``: truncated (there is no directory), damaged, unsupported, too
  ///   many, too large, swells, overlapping.
  package init(
    _ path: String, byteCount: Int64, limits: ArchiveLimits = ArchiveLimits(),
    read: (_ offset: Int64, _ count: Int) throws(ArchiveError) -> [UInt8]
  ) throws(ArchiveError) {
    let end = try Self.end(path, byteCount, read)
    if end.count > Int64(limits.entries) {
      throw ArchiveError(.tooManyEntries(limit: limits.entries), path)
    }
    let damaged = ArchiveError(.damaged, path, detail: "has a damaged directory")
    // A record has 46 bytes and up to three texts of 65,535.
    guard end.size >= 0, end.start >= 0, end.size <= byteCount - end.start,
      end.size / 46 >= end.count
    else { throw damaged }
    let bytes = try read(end.start, Int(end.size))
    if Int64(bytes.count) != end.size { throw damaged }
    var records: [ZipRecord] = []
    records.reserveCapacity(Int(end.count))
    var tally = ArchiveTally(limits, path: path, archiveBytes: byteCount)
    var position = 0
    for _ in 0..<end.count {
      guard let (record, length) = ZipRecord.read(bytes, at: position, shift: end.shift),
        record.headerOffset >= 0, record.packedBytes >= 0, record.byteCount >= 0,
        record.headerOffset < end.start, record.packedBytes <= end.start - record.headerOffset
      else { throw damaged }
      try tally.count(record.shownName, byteCount: record.byteCount)
      records.append(record)
      position += length
    }
    self.records = records
    start = end.start
    try refuseOverlaps(path)
  }

  /// Entries that share their bytes let a small archive unpack to any size.
  private func refuseOverlaps(_ path: String) throws(ArchiveError) {
    let spans = records.map { ($0.headerOffset, $0.headerOffset + 30 + $0.packedBytes) }
      .sorted { $0.0 < $1.0 }
    for (one, next) in zip(spans, spans.dropFirst()) where next.0 < one.1 {
      throw ArchiveError(.overlapping, path)
    }
  }

  /// Where the directory is: its first byte, its size, its entries, and by how much all offsets are
  /// too small because something stands before the archive.
  private static func end(
    _ path: String, _ byteCount: Int64,
    _ read: (_ offset: Int64, _ count: Int) throws(ArchiveError) -> [UInt8]
  ) throws(ArchiveError) -> (start: Int64, size: Int64, count: Int64, shift: Int64) {
    let truncated = ArchiveError(
      .truncated, path, detail: "has no directory at its end, so that its end is missing")
    // The record is followed by a comment of up to 65,535 bytes, and preceded by the locator of
    // the larger one.
    let tailStart = max(0, byteCount - Int64(endBytes + 65_535 + 20))
    let tail = try read(tailStart, Int(byteCount - tailStart))
    guard tail.count >= endBytes,
      let position = stride(from: tail.count - endBytes, through: 0, by: -1).first(where: {
        tail.number(4, at: $0) == 0x0605_4B50
          && $0 + endBytes + Int(tail.number(2, at: $0 + 20)) <= tail.count
      })
    else { throw truncated }
    var (size, start) = (tail.number(4, at: position + 12), tail.number(4, at: position + 16))
    var count = tail.number(2, at: position + 10)
    var disk = tail.number(2, at: position + 4)
    var recordStart = tailStart + Int64(position)
    if position >= 20, tail.number(4, at: position - 20) == 0x0706_4B50 {
      let stated = tail.number(8, at: position - 12)
      // Where something stands before the archive, the record lies right before its locator.
      for candidate in [Int64(clamping: stated), recordStart - 20 - 56] where candidate >= 0 {
        let large = try read(candidate, 56)
        guard large.count == 56, large.number(4, at: 0) == 0x0606_4B50 else { continue }
        (size, start) = (large.number(8, at: 40), large.number(8, at: 48))
        count = large.number(8, at: 32)
        disk = large.number(4, at: 16)
        recordStart = candidate
        break
      }
    }
    if disk != 0, disk != 0xFFFF {
      throw ArchiveError(.unsupported, path, detail: "is one part of several")
    }
    let found = recordStart - Int64(clamping: size)
    return (found, Int64(clamping: size), Int64(clamping: count), found - Int64(clamping: start))
  }
}

extension ZipRecord {
  /// The record at an offset in the directory, and its length; nil where there is none.
  fileprivate static func read(
    _ bytes: [UInt8], at position: Int, shift: Int64
  ) -> (ZipRecord, length: Int)? {
    guard position + 46 <= bytes.count, bytes.number(4, at: position) == 0x0201_4B50 else {
      return nil
    }
    func field(_ count: Int, _ offset: Int) -> UInt64 { bytes.number(count, at: position + offset) }
    let lengths = [28, 30, 32].map { Int(field(2, $0)) }
    let length = 46 + lengths.reduce(0, +)
    guard position + length <= bytes.count else { return nil }
    let nameStart = position + 46
    let raw = Array(bytes[nameStart..<nameStart + lengths[0]])
    let extra = Array(bytes[nameStart + lengths[0]..<nameStart + lengths[0] + lengths[1]])
    // Sizes that don't fit in four bytes stand in the extra field 1, those that are full in turn.
    var large = Self.extra(1, in: extra) ?? []
    func wide(_ offset: Int) -> UInt64? {
      let value = field(4, offset)
      if value != 0xFFFF_FFFF { return value }
      guard large.count >= 8 else { return nil }
      defer { large.removeFirst(8) }
      return large.number(8, at: 0)
    }
    guard let byteCount = wide(24), let packedBytes = wide(20), let offset = wide(42) else {
      return nil
    }
    let system = field(1, 5)
    var name = String(validating: raw, as: UTF8.self)
    // The field 0x7075 has a name in UTF-8 where the other is in a code page.
    if name == nil, let other = Self.extra(0x7075, in: extra), other.count > 5 {
      name = String(validating: other[5...], as: UTF8.self)
    }
    // MS-DOS separates folders by backslashes.
    if system == 0, let text = name, !text.utf8.contains(UInt8(ascii: "/")) {
      name = String(text.map { $0 == "\\" ? "/" : $0 })
    }
    let mode = system == 3 ? field(2, 40) & 0xF000 : 0
    let kind: Kind =
      if mode == 0x4000 || raw.last == UInt8(ascii: "/") {
        .folder
      } else if mode == 0 || mode == 0x8000 {
        .file
      } else {
        .other
      }
    return (
      ZipRecord(
        name: name, shownName: name ?? String(decoding: raw, as: UTF8.self), kind: kind,
        flags: UInt16(field(2, 8)), method: UInt16(field(2, 10)), crc32: UInt32(field(4, 16)),
        packedBytes: Int64(clamping: packedBytes), byteCount: Int64(clamping: byteCount),
        headerOffset: Int64(clamping: offset).addingReportingOverflow(shift).partialValue), length
    )
  }

  /// The data of the extra field of a number.
  private static func extra(_ number: UInt64, in bytes: [UInt8]) -> [UInt8]? {
    var position = 0
    while position + 4 <= bytes.count {
      let length = Int(bytes.number(2, at: position + 2))
      guard position + 4 + length <= bytes.count else { return nil }
      if bytes.number(2, at: position) == number {
        return Array(bytes[position + 4..<position + 4 + length])
      }
      position += 4 + length
    }
    return nil
  }
}
