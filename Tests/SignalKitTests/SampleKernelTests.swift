import CKernels
import TestSupport
import Testing

/// Kernels over plain samples against their definitions, at lengths on and off the vector width.
@Suite struct SampleKernelTests {
  private static let counts = [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 100, 512, 1_025]

  @Test(arguments: counts) func sumOfSquares(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let input = generator.floats(count)
    let expected = input.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(isClose(lathe_sum_of_squares(input, count), expected, relative: 1e-12))
  }

  @Test(arguments: counts) func sumsPeaksAndSilence(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 50)
    let input = generator.floats(count)
    let sum = input.reduce(0.0) { $0 + Double($1) }
    var sums = [1.0, 2.0]
    #expect(lathe_levels(input, count, &sums) == input.reduce(0) { max($0, abs($1)) })
    #expect(isClose(sums[0], sum + 1, absolute: 1e-12))
    let energy = input.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(isClose(sums[1], energy + 2, relative: 1e-12))
    #expect(lathe_count_below(input, 0.25, count) == input.count { abs($0) < 0.25 })
  }

  @Test(arguments: [1, 4, 15, 16, 17, 128]) func blockMoments(_ length: Int) {
    var generator = SeededGenerator(seed: UInt64(length) + 70)
    let blocks = 5
    let input = generator.floats(blocks * length)
    let weights = generator.floats(4 * length)
    var output = [Float](repeating: .nan, count: 4 * blocks + 1)
    lathe_block_moments(input, weights, length, blocks, &output)
    let expected = (0..<4 * blocks).map { index -> Float in
      let (block, part) = (index / 4, index % 4)
      return (0..<length).reduce(Float(0)) {
        $0 + input[block * length + $1] * weights[part * length + $1]
      }
    }
    #expect(firstDifference(Array(output.dropLast()), expected, absolute: 1e-5) == nil)
    #expect(output[4 * blocks].isNaN, "wrote past the end")
  }

  @Test(arguments: counts) func signChanges(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 100)
    // Small values and both zeros among them: what is above −threshold counts as positive.
    let choices: [Float] = [-1, -1e-9, -1e-10, -1e-11, -0.0, 0, 1e-11, 1]
    let input = (0..<count).map { _ in choices.randomElement(using: &generator) ?? 0 }
    let negative = input.map { $0 < -1e-10 }
    let expected = zip(negative, negative.dropFirst()).count { $0 != $1 }
    #expect(lathe_sign_changes(input, 1e-10, count) == expected)
  }

  @Test(arguments: counts) func windows(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 200)
    let samples = generator.floats(count)
    let window = generator.floats(count, in: 0...1)
    var single = [Float](repeating: .nan, count: count + 1)
    lathe_window(samples, window, &single, count)
    #expect(Array(single.prefix(count)) == zip(samples, window).map { $0 * $1 })
    #expect(single[count].isNaN, "wrote past the end")
    let hop = count / 3
    let longer = samples + generator.floats(hop)
    var (first, second) = (single.map { _ in Float.nan }, single.map { _ in Float.nan })
    lathe_window_pair(longer, hop, window, &first, &second, count)
    #expect(first.prefix(count) == single.prefix(count) && first[count].isNaN)
    #expect(Array(second.prefix(count)) == zip(longer[hop...], window).map { $0 * $1 })
    #expect(second[count].isNaN, "wrote past the end")
    var double = [Double](repeating: .nan, count: count + 1)
    let fine = window.map { Double($0) + 1e-12 }
    lathe_window_double(samples, fine, &double, count)
    #expect(Array(double.prefix(count)) == zip(samples, fine).map { Double($0) * $1 })
    #expect(double[count].isNaN, "wrote past the end")
  }

  @Test(arguments: counts) func overlapAdd(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 300)
    let samples = generator.floats(count)
    let window = generator.floats(count, in: 0...1)
    let before = generator.floats(count)
    var sum = before
    lathe_overlap_add(samples, window, &sum, count)
    // Exactly: the product is rounded before the sum, fused nowhere.
    #expect(sum == (0..<count).map { before[$0] + samples[$0] * window[$0] })
  }
}
