/// SplitMix64 (Steele, Lea, Flood 2014): random input that is the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// `count` floats drawn evenly from `range`.
  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  /// `count` floats in 0 ... 1 of which many are equal, zeros among them: ties for what sorts.
  mutating func coarseFloats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: 0...7, using: &self)) / 7 }
  }
}
