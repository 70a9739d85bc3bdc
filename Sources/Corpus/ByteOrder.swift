/// The one order of text in Lathe: that of its UTF-8 bytes.
///
/// It is the order of keys in LMDB, it does not depend on locale or on the version of the Unicode
/// tables, and `sort` in the C locale agrees with it.
public enum ByteOrder {
  /// Whether `first` comes before `second` when their UTF-8 bytes are compared.
  /// - Complexity: O(length of the shorter text).
  public static func precedes(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}
