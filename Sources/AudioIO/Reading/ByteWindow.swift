/// A part of a file's bytes that moves on as the file is scanned.
struct ByteWindow {
  private static let size = 64 << 10

  private var start: Int64 = 0
  private var bytes: [UInt8] = []
  /// Where the file, or the part of it that is scanned, ends.
  let end: Int64

  init(end: Int64) { self.end = end }

  /// The byte at `offset`; nil at the end.
  mutating func byte(
    at offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> UInt8? {
    if offset < 0 || offset >= end { return nil }
    if offset < start || offset >= start + Int64(bytes.count) {
      start = offset
      bytes = try file.bytes(at: offset, count: Int(min(Int64(Self.size), end - offset)))
      if bytes.isEmpty { return nil }
    }
    return bytes[Int(offset - start)]
  }

  /// `count` bytes from `offset` on; nil where fewer are left.
  mutating func bytes(
    at offset: Int64, count: Int, in file: borrowing OpenFile
  ) throws(AudioError) -> [UInt8]? {
    var found: [UInt8] = []
    found.reserveCapacity(count)
    for index in 0..<Int64(count) {
      guard let byte = try byte(at: offset + index, in: file) else { return nil }
      found.append(byte)
    }
    return found
  }

  /// The big-endian number of four bytes at `offset`; nil where fewer are left.
  mutating func word(at offset: Int64, in file: borrowing OpenFile) throws(AudioError) -> UInt32? {
    var word: UInt32 = 0
    for index in 0..<Int64(4) {
      guard let byte = try byte(at: offset + index, in: file) else { return nil }
      word = word << 8 | UInt32(byte)
    }
    return word
  }

  /// Whether the text is at `offset`.
  mutating func has(
    _ text: StaticString, at offset: Int64, in file: borrowing OpenFile
  ) throws(AudioError) -> Bool {
    for index in 0..<text.utf8CodeUnitCount {
      let wanted = unsafe text.utf8Start[index]
      if try byte(at: offset + Int64(index), in: file) != wanted { return false }
    }
    return true
  }
}
