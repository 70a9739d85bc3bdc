/// Names the streams of `CounterGenerator` that a loader draws from, so that no two purposes share
/// one.
enum LoaderStream {
  /// What is drawn.
  enum Purpose: UInt64 {
    /// The round keys of a pass through a stratum.
    case passOrder = 1
    /// The order of the strata within a block.
    case blockOrder = 2
    /// Samples drawn with replacement.
    case replacement = 3
  }

  /// The stream of a purpose and two numbers, such as a stratum and a pass.
  static func number(_ purpose: Purpose, _ first: Int, _ second: Int) -> UInt64 {
    mixed(mixed(mixed(purpose.rawValue) &+ bits(first)) &+ bits(second))
  }

  private static func bits(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }

  /// A bijection of 64 bits in which each input bit flips each output bit about half of the time.
  ///
  /// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014
  /// (SplitMix64), with the constants of Stafford's thirteenth variant.
  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 {
    var word = value &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ word &>> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word &>> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word &>> 31
  }
}
