import Corpus

/// A seeded bijection of the numbers below `count` in bounded memory.
///
/// A Feistel network of eight rounds over the next power of two, walked along its cycle until it
/// comes back below `count`, which takes fewer than two steps on average. Each round replaces one
/// part of the bits by itself xor a keyed hash of the other part, so it can be undone, whatever the
/// hash; the hash is the upper bits of a · x + b with random a and b, one multiplication. On a few
/// bits such a network reaches some orders far more often than others, so up to 256 numbers are
/// shuffled in a table.
///
/// Sources: Luby and Rackoff, "How to Construct Pseudorandom Permutations from Pseudorandom
/// Functions", 1988; Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002 (cycle
/// walking); Dietzfelbinger, "Universal Hashing and k-Wise Independent Random Variables via Integer
/// Arithmetic without Primes", 1996 (the hash).
struct Permutation: Sendable {
  static let rounds = 8
  /// Up to so many numbers are permuted by a table.
  static let tableLimit = 256

  /// How many numbers are permuted.
  let count: Int
  /// Bits of the lower and of the upper part.
  let lowBits: UInt64
  let highBits: UInt64
  private let lowMask: UInt64
  private let factors: InlineArray<8, UInt64>
  private let summands: InlineArray<8, UInt64>
  private let table: [UInt8]

  /// The bijection of a stream of a seed.
  init(count: Int, seed: UInt64, stream: UInt64) {
    self.count = count
    let bits = UInt64(Int.bitWidth - max(3, count - 1).leadingZeroBitCount)
    highBits = bits / 2
    lowBits = bits - highBits
    lowMask = (1 &<< lowBits) &- 1
    var generator = CounterGenerator(seed: seed, stream: stream)
    guard count > Self.tableLimit else {
      factors = InlineArray(repeating: 1)
      summands = InlineArray(repeating: 0)
      table = generator.shuffled((0..<count).map { UInt8($0) })
      return
    }
    factors = InlineArray { _ in generator.next() | 1 }
    summands = InlineArray { _ in generator.next() }
    table = []
  }

  /// Where a number below `count` goes.
  /// - Complexity: O(1), on average fewer than two walks of eight rounds.
  @inline(__always)
  subscript(number: Int) -> Int {
    guard count > Self.tableLimit else { return Int(table[number]) }
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

  /// The upper `bits` bits of a hash of one part under the round's keys.
  @inline(__always)
  func hashed(_ part: UInt64, round: Int, bits: UInt64) -> UInt64 {
    (part &* factors[round] &+ summands[round]) &>> (64 &- bits)
  }
}
