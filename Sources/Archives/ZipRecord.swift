/// One entry as the directory at the end of a zip has it (APPNOTE.TXT 4.3.12).
package struct ZipRecord: Sendable, Hashable {
  /// What it is.
  package enum Kind: Sendable, Hashable {
    case file, folder
    /// A link or a device.
    case other
  }

  /// Its name; nil where it is not UTF-8.
  package let name: String?
  /// Its name with what is not UTF-8 replaced.
  package let shownName: String
  package let kind: Kind
  /// The general purpose flags.
  let flags: UInt16
  /// How it is packed: 0 not at all, 8 deflate.
  let method: UInt16
  let crc32: UInt32
  /// The packed size.
  package let packedBytes: Int64
  /// The unpacked size.
  package let byteCount: Int64
  /// Where its own header begins in the archive.
  package let headerOffset: Int64

  /// Whether a password is needed.
  package var isEncrypted: Bool { flags & 1 != 0 || method == 99 }

  /// The bytes of the fixed part of an entry's own header.
  package static let headerBytes = 30

  /// How many bytes its own header has in all, by the fixed part of it; nil where that is none.
  package static func wholeHeader(_ bytes: [UInt8]) -> Int64? {
    guard bytes.count >= headerBytes, bytes.number(4, at: 0) == 0x0403_4B50 else { return nil }
    return Int64(headerBytes) + Int64(bytes.number(2, at: 26)) + Int64(bytes.number(2, at: 28))
  }

  /// A header of our making that says of the packed bytes what the directory says of them: what an
  /// entry's own header says may be missing there, or something else.
  package var madeHeader: [UInt8] {
    let isLarge = packedBytes >= 0xFFFF_FFFF || byteCount >= 0xFFFF_FFFF
    var header: [UInt8] = []
    func add(_ value: UInt64, _ bytes: Int) {
      for index in 0..<bytes { header.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
    add(0x0403_4B50, 4)
    add(45, 2)
    // Without the flag that the sizes follow the data.
    add(UInt64(flags & ~8), 2)
    add(UInt64(method), 2)
    add(0, 4)
    add(UInt64(crc32), 4)
    add(isLarge ? 0xFFFF_FFFF : UInt64(packedBytes), 4)
    add(isLarge ? 0xFFFF_FFFF : UInt64(byteCount), 4)
    add(1, 2)
    add(isLarge ? 20 : 0, 2)
    header.append(UInt8(ascii: "x"))
    if isLarge {
      add(1, 2)
      add(16, 2)
      add(UInt64(byteCount), 8)
      add(UInt64(packedBytes), 8)
    }
    return header
  }
}

extension [UInt8] {
  /// The little-endian number of so many bytes at an offset.
  func number(_ count: Int, at offset: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
  }
}
