import CXXHash

/// XXH3-64, the checksum of everything that is stored; of values with seed 0.
package enum XXH3 {
  /// The checksum of bytes.
  /// - Complexity: O(n), 10 to 20 GB a second.
  package static func checksum(_ data: UnsafeRawBufferPointer) -> UInt64 {
    unsafe lathe_xxh3(data.baseAddress, data.count)
  }

  /// The checksum of bytes with a seed.
  package static func checksum(_ data: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    unsafe lathe_xxh3_seeded(data.baseAddress, data.count, seed)
  }

  /// 16 hex digits, most significant first.
  package static func text(_ checksum: UInt64) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
