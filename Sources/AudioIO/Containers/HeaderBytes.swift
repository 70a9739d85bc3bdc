/// A few bytes of a header; whatever lies beyond the end of the file is nil.
struct HeaderBytes {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(_ file: borrowing OpenFile, at offset: Int64, count: Int) throws(AudioError) {
    bytes = try file.bytes(at: offset, count: count)
  }

  /// The name of a chunk: four characters of ASCII that can be seen.
  var name: String? {
    guard bytes.count >= 4, bytes[..<4].allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
    return String(decoding: bytes[..<4], as: UTF8.self)
  }

  func integer(at offset: Int, bytes count: Int, bigEndian: Bool) -> Int64? {
    guard offset + count <= bytes.count else { return nil }
    let digits = bytes[offset..<(offset + count)]
    let value = (bigEndian ? Array(digits) : digits.reversed())
      .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(bitPattern: value)
  }

  /// The bytes of a number.
  static func digits(_ value: Int64, bytes count: Int, bigEndian: Bool) -> [UInt8] {
    let digits = (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    return bigEndian ? digits.reversed() : digits
  }
}
