import Wording

/// Ranges of the bytes of a file, one after the other.
struct ByteRanges: Sendable, Hashable {
  private(set) var ranges: [Range<Int>] = []

  /// Adds a range behind those that there are.
  mutating func add(_ range: Range<Int>) {
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else if !range.isEmpty {
      ranges.append(range)
    }
  }

  /// The next range, or what is left of it, once all before an offset is there; nil at the end.
  func next(after offset: Int) -> Range<Int>? {
    ranges.first { $0.upperBound > offset }.map { max($0.lowerBound, offset)..<$0.upperBound }
  }

  /// The bytes of the ranges before an offset.
  func count(before offset: Int) -> Int {
    ranges.reduce(0) { $0 + max(0, min($1.upperBound, offset) - $1.lowerBound) }
  }

  /// A name that no other ranges have.
  var name: String {
    let text = ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    return String(TextHash.fnv1a(text), radix: 16)
  }
}
