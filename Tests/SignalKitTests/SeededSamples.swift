import TestSupport

/// Signals drawn at random, the same in every run.
extension SeededGenerator {
  /// `count` floats drawn evenly from `range`.
  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  /// `count` floats in 0 ... 1 of which many are equal, zeros among them: ties for what sorts.
  mutating func coarseFloats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: 0...7, using: &self)) / 7 }
  }
}
