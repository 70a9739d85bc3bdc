import Corpus

/// A seeded bijection of the numbers below `count` that keeps no table.
///
/// A Feistel network of eight rounds over the next power of two, walked along its cycle until it comes
/// back below `count`, which takes fewer than two steps on average. Each round replaces one part of the
/// bits by itself xor a keyed hash of the other part, so it can be undone, whatever the hash.
///
/// Sources: Luby and Rackoff, "How to Construct Pseudorandom Permutations from Pseudorandom Functions",
/// 1988; Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002 (cycle walking).
struct Permutation: Sendable {
  static let rounds = 8

  /// How many numbers are permuted.
  let count: Int
  /// Bits of the lower and of the upper part; the upper has none where `count` is 2.
  let lowBits: UInt64
  let highBits: UInt64
  private let lowMask: UInt64
  private let keys: InlineArray<8, UInt64>

  /// The bijection of a stream of a seed.
  init(count: Int, seed: UInt64, stream: UInt64) {
    self.count = count
    let bits = count > 1 ? UInt64(Int.bitWidth - (count - 1).leadingZeroBitCount) : 1
    highBits = bits / 2
    lowBits = bits - highBits
    lowMask = (1 &<< lowBits) &- 1
    var generator = CounterGenerator(seed: seed, stream: stream)
    keys = InlineArray { _ in generator.next() }
  }

  /// Where a number below `count` goes.
  /// - Complexity: O(1), on average fewer than two walks of eight rounds.
  @inline(__always)
  subscript(number: Int) -> Int {
    var value = UInt64(truncatingIfNeeded: number)
    repeat {
      value = enciphered(value)
    } while value >= UInt64(truncatingIfNeeded: count)
    return Int(truncatingIfNeeded: value)
  }

  @inline(__always)
  private func enciphered(_ value: UInt64) -> UInt64 {
    var low = value & lowMask
    var high = value &>> lowBits
    for round in 0..<Self.rounds / 2 {
      high ^= hashed(low, round: 2 * round, bits: highBits)
      low ^= hashed(high, round: 2 * round + 1, bits: lowBits)
    }
    return high &<< lowBits | low
  }

  /// The upper `bits` bits of a hash of one part under the round's key.
  @inline(__always)
  func hashed(_ part: UInt64, round: Int, bits: UInt64) -> UInt64 {
    var word = (part ^ keys[round]) &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ word &>> 32) &* 0xD6E8_FEB8_6659_FD93
    // Two shifts, since one by all 64 bits would shift by none.
    return (word &>> 1) &>> (63 &- bits)
  }
}
