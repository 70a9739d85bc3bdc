import CXXHash

/// XXH3-64 with seed 0, the checksum of everything that is stored.
package enum XXH3 {
  /// The checksum of bytes.
  /// - Complexity: O(n), 10 to 20 GB a second.
  package static func checksum(_ data: UnsafeRawBufferPointer) -> UInt64 {
    unsafe lathe_xxh3(data.baseAddress, data.count)
  }

  /// 16 hex digits, most significant first.
  package static func text(_ checksum: UInt64) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
