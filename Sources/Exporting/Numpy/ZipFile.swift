/// A zip archive without compression (PKWARE's APPNOTE 6.3.10), as `numpy.savez` writes it: members of a
/// fixed date, sizes in 64 bits, and the bytes of each beginning at a multiple of 64.
struct ZipFile: ~Copyable {
  private struct Member {
    let name: [UInt8]
    let byteCount: Int
    let headerOffset: Int
    var checksum: CyclicChecksum
  }

  /// Bytes of a local header before the name.
  private static let localBytes = 30
  /// 1 January 1980, the first day that there is.
  private static let date: UInt16 = 0x0021
  private static let version: UInt16 = 45

  private var file: ExportFile
  private var members: [Member] = []

  init(_ path: String) throws(ExportError) { file = try ExportFile(path) }

  /// Begins a member of a known size.
  mutating func begin(_ name: String, byteCount: Int) throws(ExportError) {
    let member = Member(
      name: Array(name.utf8), byteCount: byteCount, headerOffset: file.byteCount,
      checksum: CyclicChecksum())
    try file.write(Self.localHeader(member))
    members.append(member)
  }

  /// Adds bytes to the member.
  mutating func write(_ bytes: [UInt8]) throws(ExportError) {
    members[members.count - 1].checksum.update(bytes)
    try file.write(bytes)
  }

  /// Ends the member: its checksum is known now.
  mutating func end() throws(ExportError) {
    let member = members[members.count - 1]
    try file.rewrite(Self.localHeader(member), at: member.headerOffset)
  }

  /// Writes the directory and gives the file its name.
  mutating func finish() throws(ExportError) {
    let start = file.byteCount
    for member in members { try file.write(Self.directoryEntry(member)) }
    let size = file.byteCount - start
    let (count, end) = (members.count, file.byteCount)
    var bytes = LittleBytes()
    // The end of the directory in 64 bits, where it is, and its old form that refers to it.
    bytes.add(UInt32(0x0606_4B50), UInt64(44))
    bytes.add(Self.version, Self.version)
    bytes.add(UInt32(0), UInt32(0), UInt64(count), UInt64(count), UInt64(size), UInt64(start))
    bytes.add(UInt32(0x0706_4B50), UInt32(0), UInt64(end), UInt32(1))
    bytes.add(UInt32(0x0605_4B50), UInt16(0), UInt16(0), UInt16.max, UInt16.max)
    bytes.add(UInt32.max, UInt32.max, UInt16(0))
    try file.write(bytes.bytes)
    try file.finish()
  }

  private static func localHeader(_ member: Member) -> [UInt8] {
    var extra = LittleBytes()
    extra.add(UInt16(1), UInt16(16), UInt64(member.byteCount), UInt64(member.byteCount))
    // A field of nobody's, as Android's zipalign adds it, fills up to the multiple of 64.
    let before = member.headerOffset + localBytes + member.name.count + extra.bytes.count + 4
    let padding = (64 - before % 64) % 64
    extra.add(UInt16(0xD935), UInt16(padding))
    extra.bytes += [UInt8](repeating: 0, count: padding)
    var header = LittleBytes()
    header.add(UInt32(0x0403_4B50), version, UInt16(0), UInt16(0), UInt16(0), date)
    header.add(member.checksum.value, UInt32.max, UInt32.max)
    header.add(UInt16(member.name.count), UInt16(extra.bytes.count))
    return header.bytes + member.name + extra.bytes
  }

  private static func directoryEntry(_ member: Member) -> [UInt8] {
    var header = LittleBytes()
    header.add(UInt32(0x0201_4B50), version, version, UInt16(0), UInt16(0), UInt16(0), date)
    header.add(member.checksum.value, UInt32.max, UInt32.max)
    header.add(UInt16(member.name.count), UInt16(28), UInt16(0), UInt16(0), UInt16(0))
    header.add(UInt32(0), UInt32.max)
    var extra = LittleBytes()
    extra.add(UInt16(1), UInt16(24), UInt64(member.byteCount), UInt64(member.byteCount))
    extra.add(UInt64(member.headerOffset))
    return header.bytes + member.name + extra.bytes
  }
}

/// Numbers one after the other, least significant byte first.
struct LittleBytes {
  var bytes: [UInt8] = []

  mutating func add(_ numbers: any FixedWidthInteger...) {
    for number in numbers { append(number) }
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// CRC-32 of ISO 3309, as zip and gzip have it (polynomial 0xEDB88320, reflected), eight bytes a step.
struct CyclicChecksum {
  private var state = UInt32.max

  /// The checksum of what was given so far.
  var value: UInt32 { ~state }

  mutating func update(_ bytes: [UInt8]) {
    var state = state
    Self.tables.withUnsafeBufferPointer { tables in
      bytes.withUnsafeBytes { bytes in
        var index = 0
        while index + 8 <= bytes.count {
          let word = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          let mixed = word ^ UInt64(state)
          state = 0
          for byte in 0..<8 {
            state ^= tables[(7 - byte) << 8 | Int(mixed >> (8 * UInt64(byte)) & 0xFF)]
          }
          index += 8
        }
        while index < bytes.count {
          state = tables[Int(UInt8(truncatingIfNeeded: state) ^ bytes[index])] ^ state >> 8
          index += 1
        }
      }
    }
    self.state = state
  }

  /// Eight tables of 256: what a byte becomes that so many bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = tables[Int(before & 0xFF)] ^ before >> 8
    }
    return tables
  }()
}
