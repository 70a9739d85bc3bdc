/// The FNV-1a hash of 64 bits: a number for a text, the same on every machine and day. Not for what
/// somebody could want to forge.
///
/// Source: Fowler, Noll, Vo, Eastlake, "The FNV Non-Cryptographic Hash Algorithm", RFC 9923.
package enum TextHash {
  /// The hash of a text's UTF-8; O(n).
  package static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
