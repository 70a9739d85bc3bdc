/// Archives made by hand, so that they may be as wrong as a test needs them.
enum TestArchives {
  /// The CRC-32 of bytes (ISO 3309).
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes { sum = crcOfByte[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
    return ~sum
  }

  private static let crcOfByte: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in
      sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
    }
  }

  /// A zip of members that are stored as they are (APPNOTE 6.3.10).
  ///
  /// - Parameter size: the bytes that the directory gives a member; its own if nil.
  static func zip(_ members: [(name: String, bytes: [UInt8])], size: Int? = nil) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
      let facts =
        number(20, 2) + number(1 << 11, 2) + number(0, 2) + number(0, 4)
        + number(Int(crc32(bytes)), 4) + number(bytes.count, 4) + number(size ?? bytes.count, 4)
        + number(name.utf8.count, 2) + number(0, 2)
      directory += number(0x0201_4B50, 4) + number(20, 2) + facts
      directory += number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(file.count, 4)
      directory += Array(name.utf8)
      file += number(0x0403_4B50, 4) + facts + Array(name.utf8) + bytes
    }
    let end =
      number(0x0605_4B50, 4) + number(0, 4) + number(members.count, 2) + number(members.count, 2)
      + number(directory.count, 4) + number(file.count, 4) + number(0, 2)
    return file + directory + end
  }

  /// A tar of members (POSIX.1-1988).
  ///
  /// - Parameter link: where the first member, a symbolic link, leads; nil where all are files.
  static func tar(_ members: [(name: String, bytes: [UInt8])], link: String? = nil) -> [UInt8] {
    var file: [UInt8] = []
    for (index, (name, bytes)) in members.enumerated() {
      let isLink = index == 0 && link != nil
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, _ offset: Int) {
        header.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8))
      }
      func octal(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
      }
      put(name, 0)
      put("0000644", 100)
      put(octal(bytes.count, 11), 124)
      put(octal(0, 11), 136)
      put("        ", 148)
      put(isLink ? "2" : "0", 156)
      if isLink, let link { put(link, 157) }
      put("ustar", 257)
      put("00", 263)
      put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0", 148)
      file += header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }
    return file + [UInt8](repeating: 0, count: 1_024)
  }

  /// Bytes in gzip's form, stored in blocks as they are (RFC 1951, 3.2.4, and RFC 1952).
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var offset = 0
    repeat {
      let count = min(65_535, bytes.count - offset)
      packed.append(offset + count == bytes.count ? 1 : 0)
      packed += number(count, 2) + number(~count, 2) + bytes[offset..<(offset + count)]
      offset += count
    } while offset < bytes.count
    return packed + number(Int(crc32(bytes)), 4) + number(bytes.count, 4)
  }

  static func number(_ number: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
