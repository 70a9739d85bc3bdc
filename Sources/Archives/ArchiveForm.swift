/// The forms of archives, recognised by their first bytes.
package enum ArchiveForm: Sendable, Hashable {
  case zip, tar
  /// A tar packed as a whole: gzip, bzip2, xz or Zstandard.
  case compressedTar
  /// An archive of a form that is not read, by its name.
  case other(String)

  /// Bytes that are enough to tell the form by.
  package static let headerBytes = 512

  /// The form of an archive that begins with these bytes; nil where they begin none.
  package init?(_ bytes: [UInt8]) {
    func has(_ start: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + start.count && Array(bytes[offset..<offset + start.count]) == start
    }
    if has([0x50, 0x4B, 3, 4]) || has([0x50, 0x4B, 5, 6]) || has([0x50, 0x4B, 7, 8]) {
      self = .zip
    } else if has([0x1F, 0x8B]) || has(Array("BZh".utf8)) || has([0x28, 0xB5, 0x2F, 0xFD])
      || has([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
    {
      self = .compressedTar
    } else if has(Array("ustar".utf8), at: 257) || Self.isOldTar(bytes) {
      self = .tar
    } else if has([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) {
      self = .other("7-Zip")
    } else if has(Array("Rar!".utf8)) {
      self = .other("RAR")
    } else {
      return nil
    }
  }

  /// Whether a first block has the checksum of a tar of before 1988, or is the empty one that an
  /// empty tar begins with.
  private static func isOldTar(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 512 else { return false }
    let block = bytes[..<512]
    if block.allSatisfy({ $0 == 0 }) { return true }
    let field = block[148..<156]
    let stated = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
      .reduce(0) { $0 << 3 | Int($1 - 0x30) }
    let sum = block.reduce(0) { $0 + Int($1) } - field.reduce(0) { $0 + Int($1) } + 8 * 0x20
    return stated == sum && block[0] != 0
  }
}
