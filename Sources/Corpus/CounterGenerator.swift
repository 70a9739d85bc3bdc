import Wording

/// Random numbers that depend on nothing but (seed, stream, position): Philox4x32-10.
///
/// Every value can be computed on its own, so two threads, two runs and two machines draw the same
/// numbers, and a position is reached at once.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011; the
/// known answers of their Random123 library are pinned in the tests.
public struct CounterGenerator: RandomNumberGenerator, Sendable, Hashable {
  /// The seed; the key of the cipher.
  public let seed: UInt64
  /// Which of the 2^64 independent streams of this seed is drawn from.
  public let stream: UInt64
  /// How many 64-bit values were drawn; may be set to jump there.
  public var position: UInt64

  /// The stream `stream` of `seed`, from `position` on.
  public init(seed: UInt64, stream: UInt64 = 0, position: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
    self.position = position
  }

  /// The stream that a text names, such as a label: its FNV-1a hash of 64 bits.
  public init(seed: UInt64, stream name: String) {
    self.init(seed: seed, stream: TextHash.fnv1a(name))
  }

  /// The value at ``position``, which then moves on by one.
  public mutating func next() -> UInt64 {
    let block = position >> 1
    let words = Self.philox(
      counter: .init(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: .init(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    let isOdd = position & 1 == 1
    position &+= 1
    return isOdd
      ? UInt64(words.w) << 32 | UInt64(words.z) : UInt64(words.y) << 32 | UInt64(words.x)
  }

  /// A whole number from 0 up to but not including `bound`, each as likely as the others; 0 for a
  /// bound of 0.
  ///
  /// Lemire's method, written out here because the standard library does not promise that its own
  /// stays as it is, and splits must.
  public mutating func next(below bound: UInt64) -> UInt64 {
    guard bound > 0 else { return 0 }
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// The elements in an order in which each is as likely as the others (Fisher and Yates).
  /// - Complexity: O(n).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for last in result.indices.dropFirst().reversed() {
      result.swapAt(last, Int(next(below: UInt64(last) + 1)))
    }
    return result
  }

  /// Ten rounds of Philox4x32 on one counter.
  static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (word0, word1, word2, word3) = (counter.x, counter.y, counter.z, counter.w)
    var (key0, key1) = (key.x, key.y)
    for _ in 0..<10 {
      let first = word0.multipliedFullWidth(by: 0xD251_1F53)
      let second = word2.multipliedFullWidth(by: 0xCD9E_8D57)
      (word0, word1, word2, word3) = (
        second.high ^ word1 ^ key0, second.low, first.high ^ word3 ^ key1, first.low
      )
      key0 &+= 0x9E37_79B9
      key1 &+= 0xBB67_AE85
    }
    return SIMD4(word0, word1, word2, word3)
  }
}
