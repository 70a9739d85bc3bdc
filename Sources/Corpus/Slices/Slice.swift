/// A window of a track, in samples.
public struct Slice: Sendable, Hashable, Codable {
  /// The first sample.
  public var start: Int
  /// The number of samples.
  public var length: Int

  /// The window of `length` samples from `start`.
  public init(start: Int, length: Int) {
    self.start = start
    self.length = length
  }

  /// The samples of the window as a range.
  public var range: Range<Int> { start..<(start + length) }
}

/// The slices that a rule gives for one track, computed when asked for.
public struct Slices: Sendable, Hashable, RandomAccessCollection {
  /// The number of slices.
  public let count: Int
  private let hop: Int
  private let length: Int

  init(count: Int, hop: Int, length: Int) {
    self.count = count
    self.hop = hop
    self.length = length
  }

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of slices.
  public var endIndex: Int { count }

  /// Slice `index`: `length` samples from `index` hops on.
  /// - Precondition: `index` is in `0..<count`.
  /// - Complexity: O(1).
  public subscript(index: Int) -> Slice {
    precondition(index >= 0 && index < count, "slice index out of range")
    return Slice(start: index * hop, length: length)
  }
}
