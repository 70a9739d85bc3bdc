import Safetensors

/// Checksums of the blocks of one stored value, so that the first touch of a slice need not read
/// all of its track. In the database `blocks/<view>/<fingerprint>`, under the track's id:
///
///     8 bytes   XXH3-64 of all numbers, as in the value's header: of which value these are the blocks
///     8 bytes   numbers of a block
///     8 bytes   XXH3-64 of a block's numbers, for each block
///
/// in little-endian order. They are made from numbers that have just been computed, or have been
/// checked against the value's own checksum. Where they are missing, or of another value, the
/// value's own is used.
@safe struct BlockChecksums {
  private static let headerBytes = 16

  private let record: UnsafeRawBufferPointer

  /// The checksums in a record; nil where it is none, or of other blocks.
  ///
  /// - Parameter record: bytes at any address, which must outlive this value.
  init?(_ record: UnsafeRawBufferPointer, division: BlockDivision) {
    guard record.count == Self.headerBytes + 8 * division.count,
      unsafe LittleEndian.number(1, in: record) == UInt64(division.length)
    else { return nil }
    unsafe self.record = record
  }

  /// Whether these are the blocks of the value with a header.
  func isOf(_ header: SafetensorsHeader) -> Bool {
    unsafe XXH3.text(LittleEndian.number(0, in: record)) == header.metadata["xxh3"]
  }

  /// Whether a block's bytes are what was written.
  func matches(_ block: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    unsafe XXH3.checksum(bytes) == LittleEndian.number(block + 2, in: record)
  }

  /// Whether a record can be used for a value, which is sound itself, and is right, or cannot be
  /// used.
  static func areSound(
    _ record: RawSpan, of value: RawSpan, _ facts: ViewFacts, hop: Int
  ) -> Bool {
    guard let header = try? SafetensorsHeader(of: value), let entry = header.entries.first,
      header.entries.count == 1,
      let division = BlockDivision(of: facts, shape: entry.shape, hop: hop)
    else { return true }
    return unsafe record.withUnsafeBytes { record in
      unsafe value.extracting(entry.bytes).withUnsafeBytes { numbers in
        guard let known = unsafe BlockChecksums(record, division: division), known.isOf(header)
        else { return true }
        return unsafe zip(0..., checksums(of: numbers, division: division)).allSatisfy {
          unsafe LittleEndian.number($0 + 2, in: record) == $1
        }
      }
    }
  }

  /// The record of a value's numbers.
  ///
  /// - Parameters:
  ///   - checksum: XXH3-64 of all of them.
  ///   - blocks: that of each block, see ``checksums(of:division:)``.
  static func record(
    checksum: UInt64, division: BlockDivision, blocks: [UInt64]
  ) -> [UInt8] {
    LittleEndian.bytes([checksum, UInt64(division.length)] + blocks)
  }

  /// The checksum of each block of a track's numbers.
  static func checksums(
    of numbers: UnsafeRawBufferPointer, division: BlockDivision
  ) -> [UInt64] {
    let width = numbers.count / max(1, division.elements)
    return (0..<division.count).map { block in
      let elements = division.elements(of: block)
      return unsafe XXH3.checksum(
        UnsafeRawBufferPointer(
          rebasing: numbers[elements.lowerBound * width..<elements.upperBound * width]))
    }
  }
}
