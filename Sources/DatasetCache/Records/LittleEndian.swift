/// 64-bit integers as bytes, least significant first.
enum LittleEndian {
  static func bytes(_ numbers: [UInt64]) -> [UInt8] {
    numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
  }

  /// The number at an index, which must lie within the bytes.
  static func number(_ index: Int, in bytes: UnsafeRawBufferPointer) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
  }
}
