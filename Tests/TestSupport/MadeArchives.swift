/// Archives as bytes, made entry by entry.
public enum MadeArchives {
  /// An entry of an archive.
  public struct Entry {
    /// Its name, in UTF-8 or not.
    public var name: [UInt8]
    /// What is in it; of a link, where it leads.
    public var bytes: [UInt8]
    /// What a tar calls it: "0" a file, "2" a symbolic link, "3" a device, "5" a folder.
    public var type: Character = "0"
    /// How a zip packs it: 0 not at all, 8 deflate (in blocks that aren't smaller).
    public var method = 0
    /// Whether a zip says that it needs a password.
    public var isEncrypted = false
    /// What a zip says of its size, where that isn't so.
    public var statedSize: Int?
    /// What a zip says of its checksum, where that isn't so.
    public var statedChecksum: UInt32?
    /// Whether the header in a zip leaves sizes and checksum to a record behind the data.
    public var isStreamed = false

    /// A file of bytes.
    public init(_ name: String, _ bytes: [UInt8]) {
      self.name = Array(name.utf8)
      self.bytes = bytes
    }

    /// A file of text.
    public init(_ name: String, _ text: String = "") { self.init(name, Array(text.utf8)) }

    /// The entry with something changed.
    public func with(_ change: (inout Entry) -> Void) -> Entry {
      var entry = self
      change(&entry)
      return entry
    }
  }

  /// A zip, behind bytes that are none of it.
  public static func zip(_ entries: [Entry], prefix: [UInt8] = []) -> [UInt8] {
    var all = prefix
    var directory: [UInt8] = []
    for entry in entries {
      let data = entry.method == 8 ? deflated(entry.bytes) : entry.bytes
      let sum = entry.statedChecksum ?? checksum(entry.bytes)
      let size = entry.statedSize ?? entry.bytes.count
      let flags = 0x800 | (entry.isEncrypted ? 1 : 0) | (entry.isStreamed ? 8 : 0)
      let numbers = little(Int(sum), 4) + little(data.count, 4) + little(size, 4)
      let fields = little(20, 2) + little(flags, 2) + little(entry.method, 2) + little(0, 4)
      let offset = all.count - prefix.count
      all += little(0x0403_4B50, 4) + fields
      all += entry.isStreamed ? [UInt8](repeating: 0, count: 12) : numbers
      all += little(entry.name.count, 2) + little(0, 2) + entry.name + data
      if entry.isStreamed { all += little(0x0807_4B50, 4) + numbers }
      let mode = entry.type == "2" ? 0xA1FF : entry.type == "5" ? 0x41ED : 0x81A4
      directory += little(0x0201_4B50, 4) + little(0x0314, 2) + fields + numbers
      directory += little(entry.name.count, 2) + little(0, 8) + little(mode << 16, 4)
      directory += little(offset, 4) + entry.name
    }
    let start = all.count - prefix.count
    let end = little(entries.count, 2) + little(directory.count, 4) + little(start, 4)
    return all + directory + little(0x0605_4B50, 4) + little(0, 4) + little(entries.count, 2) + end
      + little(0, 2)
  }

  /// A tar in the form ustar.
  public static func tar(_ entries: [Entry]) -> [UInt8] {
    var all: [UInt8] = []
    for entry in entries {
      func octal(_ number: Int, _ count: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return Array((String(repeating: "0", count: count - digits.count) + digits).utf8) + [0]
      }
      func padded(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: count - bytes.count)
      }
      let isFile = entry.type == "0"
      var header = padded(entry.name, 100) + octal(0o644, 7) + octal(0, 7) + octal(0, 7)
      header += octal(isFile ? entry.bytes.count : 0, 11) + octal(0, 11)
      header += [UInt8](repeating: 0x20, count: 8) + Array(String(entry.type).utf8)
      header += padded(isFile ? [] : entry.bytes, 100) + Array("ustar\u{0}00".utf8)
      header = padded(header, 512)
      header.replaceSubrange(148..<156, with: octal(header.reduce(0) { $0 + Int($1) }, 6) + [0x20])
      all += header
      if isFile { all += padded(entry.bytes, (entry.bytes.count + 511) / 512 * 512) }
    }
    return all + [UInt8](repeating: 0, count: 1_024)
  }

  /// Bytes as gzip packs them.
  public static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + deflated(bytes) + little(Int(checksum(bytes)), 4)
      + little(bytes.count, 4)
  }

  /// Deflate's own form for bytes that are left as they are.
  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var all: [UInt8] = []
    var offset = 0
    repeat {
      let piece = bytes[offset..<min(offset + 65_535, bytes.count)]
      offset += piece.count
      all += [offset == bytes.count ? 1 : 0] + little(piece.count, 2) + little(~piece.count, 2)
      all += piece
    } while offset < bytes.count
    return all
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// CRC-32 as gzip and zip have it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
