/// Whether a FLAC file from a pipe ends where its audio does.
///
/// The header of such a file counts no samples, and libFLAC takes a frame that is cut off for the
/// end. But each frame carries a checksum in its last two bytes: so some frame must begin near the
/// end whose checksum is right for exactly the bytes that are left.
enum FLACEnd {
  /// How long a last frame may be to be found: a frame of 65,536 stereo samples of 24 bits.
  private static let maximumFrame: Int64 = 512 << 10

  /// - Throws: ``AudioError`` of the kind truncated.
  static func check(_ file: borrowing OpenFile, from base: Int64) throws(AudioError) {
    let head = try file.bytes(at: base, count: 42)
    // Four bytes of name, four of the first block's header, then 36 bits of 144 are the samples.
    guard head.count == 42, head[21] & 15 == 0, head[22..<26].allSatisfy({ $0 == 0 }) else {
      return
    }
    var end = file.byteCount
    if end - base > 128 + 42, try file.bytes(at: end - 128, count: 3).elementsEqual("TAG".utf8) {
      end -= 128
    }
    let start = max(base + 42, end - maximumFrame)
    let bytes = try file.bytes(at: start, count: Int(end - start))
    var index = bytes.count - 8
    while index >= 0 {
      if bytes[index] == 0xFF, bytes[index + 1] & 0xFE == 0xF8,
        isHeader(bytes[index...]), checksum(bytes[index...]) == 0
      {
        return
      }
      index -= 1
    }
    throw AudioError(
      .truncated(declared: nil, actual: nil), "check", file.path,
      detail: "ends within a frame: no frame of it ends where the file does")
  }

  /// Whether bytes begin with a frame's header, by its own checksum.
  private static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
    let start = bytes.startIndex
    guard bytes.count > 16 else { return false }
    let sizes = bytes[start + 2]
    var length = 4
    // The number of the frame, as UTF-8 would write it.
    let lead = (~bytes[start + 4]).leadingZeroBitCount
    guard lead != 1, lead < 8 else { return false }
    length += max(1, lead)
    if sizes >> 4 == 6 { length += 1 }
    if sizes >> 4 == 7 { length += 2 }
    if sizes & 15 == 12 { length += 1 }
    if sizes & 15 == 13 || sizes & 15 == 14 { length += 2 }
    guard length < bytes.count else { return false }
    var remainder: UInt8 = 0
    for byte in bytes[start..<(start + length + 1)] {
      remainder ^= byte
      for _ in 0..<8 { remainder = remainder << 1 ^ (remainder & 0x80 != 0 ? 0x07 : 0) }
    }
    return remainder == 0
  }

  /// The checksum of a frame, 0 with its last two bytes.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    var remainder: UInt16 = 0
    for byte in bytes {
      remainder ^= UInt16(byte) << 8
      for _ in 0..<8 { remainder = remainder << 1 ^ (remainder & 0x8000 != 0 ? 0x8005 : 0) }
    }
    return remainder
  }
}
