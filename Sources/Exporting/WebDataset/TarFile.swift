/// A tar archive (POSIX.1-2017, `pax`) whose bytes depend on names and contents alone: every member is a
/// file of mode 0644, user and group 0, of the first second of 1970.
struct TarFile: ~Copyable {
  private static let blockBytes = 512
  /// The longest name, and the greatest size, that a header holds by itself.
  private static let nameBytes = 100
  private static let greatestSize = 1 << 33 - 1

  private var file: ExportFile

  init(_ path: String) throws(ExportError) { file = try ExportFile(path) }

  /// Bytes that were written.
  var byteCount: Int { file.byteCount }

  /// Adds a file.
  mutating func add(_ name: String, _ content: [UInt8]) throws(ExportError) {
    let plain = Array(name.utf8)
    var records: [UInt8] = []
    if plain.count > Self.nameBytes { records += Self.record("path", plain) }
    if content.count > Self.greatestSize {
      records += Self.record("size", Array(String(content.count).utf8))
    }
    var bytes: [UInt8] = []
    if !records.isEmpty {
      bytes += Self.header("PaxHeader", records.count, type: "x") + Self.padded(records)
    }
    bytes += Self.header(
      Array(plain.prefix(Self.nameBytes)), min(content.count, Self.greatestSize), type: "0")
    try file.write(bytes)
    try file.write(content)
    let rest = content.count % Self.blockBytes
    if rest > 0 { try file.write([UInt8](repeating: 0, count: Self.blockBytes - rest)) }
  }

  /// Ends the archive with two empty blocks, and gives it its name.
  mutating func finish() throws(ExportError) {
    try file.write([UInt8](repeating: 0, count: 2 * Self.blockBytes))
    try file.finish()
  }

  /// A record of an extended header: `LENGTH KEY=VALUE\n`, the length's own digits counted.
  private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    var length = rest.count + 1
    while "\(length)".utf8.count + rest.count != length {
      length = "\(length)".utf8.count + rest.count
    }
    return Array("\(length)".utf8) + rest
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (blockBytes - bytes.count % blockBytes) % blockBytes)
  }

  private static func header(_ name: String, _ size: Int, type: Unicode.Scalar) -> [UInt8] {
    header(Array(name.utf8), size, type: type)
  }

  private static func header(_ name: [UInt8], _ size: Int, type: Unicode.Scalar) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockBytes)
    func put(_ text: some Collection<UInt8>, at offset: Int) {
      block.replaceSubrange(offset..<offset + text.count, with: text)
    }
    func octal(_ number: Int, _ digits: Int) -> [UInt8] {
      let text = String(number, radix: 8)
      return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
    }
    put(name, at: 0)
    put(octal(0o644, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(size, 11), at: 124)
    put(octal(0, 11), at: 136)
    // The sum is taken over the block with spaces in its own place.
    put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
    block[156] = UInt8(type.value)
    put(Array("ustar".utf8) + [0] + Array("00".utf8), at: 257)
    put(octal(0, 7), at: 329)
    put(octal(0, 7), at: 337)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + [0, UInt8(ascii: " ")], at: 148)
    return block
  }
}
