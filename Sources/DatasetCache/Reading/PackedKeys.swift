import Glibc

/// Many keys in the order of their bytes, packed one behind the other: a million of them take some megabytes.
struct PackedKeys {
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []

  /// How many there are.
  var count: Int { ends.count }

  /// Adds a key, which none of those before may come after.
  mutating func append(_ key: some Sequence<UInt8>) {
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
  }

  /// Adds a key.
  mutating func append(_ key: RawSpan) {
    unsafe key.withUnsafeBytes { unsafe append($0) }
  }

  /// The key at a position as text.
  func text(_ position: Int) -> String { String(decoding: bytes[range(position)], as: UTF8.self) }

  private func range(_ position: Int) -> Range<Int> {
    (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  /// Where a key is; nil where it is not among them.
  ///
  /// - Parameter hint: where to look first: who goes through keys in their order gives the position after the last.
  func position(of key: RawSpan, hint: Int = 0) -> Int? {
    if ends.indices.contains(hint), compare(hint, key) == 0 { return hint }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let order = compare(middle, key)
      if order == 0 { return middle }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Below 0 where the key at a position comes before another one, 0 where it is the same.
  private func compare(_ position: Int, _ key: RawSpan) -> Int {
    let range = range(position)
    let common = min(range.count, key.byteCount)
    let order = unsafe bytes.withUnsafeBytes { own in
      unsafe key.withUnsafeBytes { other -> Int32 in
        guard let start = own.baseAddress, let key = other.baseAddress else { return 0 }
        return unsafe memcmp(start + range.lowerBound, key, common)
      }
    }
    return order == 0 ? range.count - key.byteCount : Int(order)
  }
}
