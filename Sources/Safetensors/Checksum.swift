import CXXHash

/// XXH3-64 of bytes, seed 0; about 10 GB a second.
package func xxh3Number(_ data: UnsafeRawBufferPointer) -> UInt64 {
  unsafe lathe_xxh3(data.baseAddress, data.count)
}

/// XXH3-64 as 16 hex digits, most significant first.
func xxh3(_ data: UnsafeRawBufferPointer) -> String {
  let digits = String(unsafe xxh3Number(data), radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
