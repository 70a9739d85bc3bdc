import CKernels
import Corpus
import Testing

@testable import DataLoading

/// Kernels that make rows, against their definitions, at lengths on and off the vector width.
@Suite struct RowKernelTests {
  private static let counts = [0, 1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1_025]

  private static func integers(_ count: Int) -> [Int16] {
    var generator = CounterGenerator(seed: UInt64(count))
    return (0..<count).map { _ in Int16(truncatingIfNeeded: generator.next()) }
  }

  @Test(arguments: counts) func integersBecomeFloats(_ count: Int) {
    let input = Self.integers(count)
    let expected = input.map { Float($0) * (1 / 32_768) }
    var output = [Float](repeating: .nan, count: count + 1)
    unsafe lathe_int16_to_float(input, 1 / 32_768, &output, count)
    #expect(Array(output.prefix(count)) == expected)
    #expect(output[count].isNaN, "wrote past the end")
  }

  /// At every offset in a cache line, so that lines begin anywhere in the row.
  @Test(arguments: counts) func streamedStoresWriteTheSame(_ count: Int) {
    let input = Self.integers(count)
    let memory = SampleWriterScratch(count: count + 32)
    for start in 0..<16 {
      unsafe memory.floats.update(repeating: .nan, count: memory.count)
      unsafe lathe_int16_to_float_streaming(input, 0.5, memory.floats + start, count)
      let (outside, same) = (
        (0..<memory.count).count { unsafe !memory.floats[$0].isNaN },
        (0..<count).allSatisfy { unsafe memory.floats[start + $0] == Float(input[$0]) * 0.5 }
      )
      #expect(outside == count)
      #expect(same)
    }
  }

  @Test(arguments: counts) func streamedCopiesAreCopies(_ count: Int) {
    let input = (0..<count + 3).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let memory = SampleWriterScratch(count: count / 4 + 40)
    let bytes = unsafe UnsafeMutableRawPointer(memory.floats)
    for start in [0, 1, 2, 4, 17, 63] {
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 255, count: memory.count * 4)
      unsafe input.withUnsafeBytes { from in
        guard let base = from.baseAddress else { return }
        unsafe lathe_copy_streaming(base + 3, bytes + start, count)
      }
      let same = (0..<count).allSatisfy {
        unsafe bytes.load(fromByteOffset: start + $0, as: UInt8.self) == input[$0 + 3]
      }
      #expect(same)
      #expect(unsafe bytes.load(fromByteOffset: start + count, as: UInt8.self) == 255)
    }
  }

  @Test(arguments: counts) func scaledAndMixed(_ count: Int) {
    let (first, second) = (TrackSource.noise(count), TrackSource.noise(count, seed: 2))
    var output = [Float](repeating: .nan, count: count + 1)
    unsafe lathe_float_scaled(first, -0.7, &output, count)
    #expect(Array(output.prefix(count)) == first.map { $0 * -0.7 })
    unsafe lathe_mix(second, 0.3, 0.7, &output, count)
    // Each product is rounded before the sum, fused nowhere.
    let mixed = zip(first, second).map { one, other in one * -0.7 * 0.7 + other * 0.3 }
    #expect(Array(output.prefix(count)) == mixed)
    #expect(output[count].isNaN)
    #expect(unsafe lathe_minimum(first, count) == first.min() ?? .infinity)
  }

  @Test(arguments: counts) func normalised(_ count: Int) {
    let input = TrackSource.noise(count)
    let (means, rests) = (TrackSource.noise(count, seed: 3), TrackSource.noise(count, seed: 4))
    var output = [Float](repeating: .nan, count: count + 1)
    unsafe lathe_normalise(input, 0.25, 1e-9, 3, &output, count)
    #expect(Array(output.prefix(count)) == input.map { (($0 - 0.25) - 1e-9) * 3 })
    unsafe lathe_normalise_each(input, means, rests, input, &output, count)
    let each = input.indices.map { ((input[$0] - means[$0]) - rests[$0]) * input[$0] }
    #expect(Array(output.prefix(count)) == each)
    let integers = Self.integers(count)
    unsafe lathe_normalise_int16(integers, 1 / 32_768, 0.25, 1e-9, 3, &output, count)
    let scaled = integers.map { Float($0) * (1 / 32_768) }
    #expect(Array(output.prefix(count)) == scaled.map { (($0 - 0.25) - 1e-9) * 3 })
    #expect(output[count].isNaN)
  }

  @Test(arguments: counts) func moments(_ count: Int) {
    let input = TrackSource.noise(count)
    var (sum, squares) = (1.0, 2.0)
    unsafe lathe_float_moments(input, 0.125, count, &sum, &squares)
    #expect(abs(sum - input.reduce(1.0) { $0 + Double($1) - 0.125 }) < 1e-12)
    let expected = input.reduce(2.0) { $0 + (Double($1) - 0.125) * (Double($1) - 0.125) }
    #expect(abs(squares - expected) < 1e-12 * expected)
    let pivots = input.map { Double($0) / 2 }
    var (sums, each) = ([Double](repeating: 1, count: count), [Double](repeating: 2, count: count))
    unsafe lathe_float_moments_each(input, pivots, &sums, &each, count)
    let distances = zip(input, pivots).map { Double($0) - $1 }
    #expect(sums == distances.map { 1 + $0 })
    #expect(each == distances.map { 2 + $0 * $0 })
  }

  @Test(arguments: counts) func integerMomentsAreExact(_ count: Int) {
    // The extreme on top: sixteen thousand squares of it overflow 32 bits at once.
    for input in [Self.integers(count), Array(repeating: Int16.min, count: count * 40)] {
      var sums: [Int64] = [5, 6]
      unsafe lathe_int16_moments(input, input.count, &sums)
      #expect(sums[0] == input.reduce(5) { $0 + Int64($1) })
      #expect(sums[1] == input.reduce(6) { $0 + Int64($1) * Int64($1) })
    }
  }

  /// Every half there is, by the processor's instruction and by integers, from any address.
  @Test func halvesBecomeTheFloatsThatTheyAre() {
    let halves = (0...UInt16.max).map { $0 }
    var bytes: [UInt8] = [1]
    for half in halves { bytes += [UInt8(truncatingIfNeeded: half), UInt8(half >> 8)] }
    let expected = halves.map { Float(Float16(bitPattern: $0)) }
    func convert(_ scale: Float, _ count: Int, inIntegers: Bool, to output: inout [Float]) {
      unsafe bytes.withUnsafeBytes { all in
        guard let start = all.baseAddress else { return }
        if inIntegers {
          unsafe lathe_float16_to_float_plainly(start + 1, scale, &output, count)
        } else {
          unsafe lathe_float16_to_float(start + 1, scale, &output, count)
        }
      }
    }
    for inIntegers in [false, true] {
      var output = [Float](repeating: 0, count: halves.count)
      convert(1, halves.count, inIntegers: inIntegers, to: &output)
      let wrong = halves.indices.filter {
        expected[$0].isNaN
          ? !output[$0].isNaN : output[$0].bitPattern != expected[$0].bitPattern
      }
      #expect(wrong.isEmpty, "such as \(wrong.prefix(3).map { (halves[$0], output[$0]) })")
      convert(-0.3, 0x7C00, inIntegers: inIntegers, to: &output)
      #expect((0..<0x7C00).allSatisfy { output[$0] == expected[$0] * -0.3 })
    }
  }

  @Test(arguments: counts) func streamedHalvesAreTheSame(_ count: Int) {
    let input = TrackSource.noise(count).map { Float16($0) }
    let memory = SampleWriterScratch(count: count + 32)
    for start in 0..<16 {
      unsafe memory.floats.update(repeating: .nan, count: memory.count)
      unsafe lathe_float16_to_float_streaming(input, memory.floats + start, count)
      let (outside, same) = (
        (0..<memory.count).count { unsafe !memory.floats[$0].isNaN },
        (0..<count).allSatisfy { unsafe memory.floats[start + $0] == Float(input[$0]) }
      )
      #expect(outside == count)
      #expect(same)
      unsafe memory.floats.update(repeating: .nan, count: memory.count)
      unsafe lathe_float16_to_float(input, 1, memory.floats + start, count)
      #expect((0..<memory.count).count { unsafe !memory.floats[$0].isNaN } == count)
    }
  }

  @Test func halvesRoundLikeSwiftsOwn() {
    // Each half, what lies half-way to the next, and the floats on either side of both.
    var input: [Float] = []
    for pattern in UInt16(0)...0x7C00 {
      let half = Float(Float16(bitPattern: pattern))
      let next = Float(Float16(bitPattern: min(pattern + 1, 0x7C00)))
      let middle = next.isFinite ? (half + next) / 2 : 65_520
      for value in [half, half.nextUp, middle, middle.nextDown, middle.nextUp] {
        input += [value, -value]
      }
    }
    input += [.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 65_536]
    for mantissa: UInt32 in [1, 0x1FFF, 0x2000, 0x3F_FFFF, 0x40_0000, 0x7F_FFFF] {
      input.append(Float(bitPattern: 0x7F80_0000 | mantissa))
      input.append(Float(bitPattern: 0xFF80_0000 | mantissa))
    }
    var generator = CounterGenerator(seed: 1)
    for _ in 0..<20_000 {
      input.append(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
    }
    var output = [UInt16](repeating: 0, count: input.count)
    unsafe lathe_float_to_float16(input, &output, input.count)
    let wrong = input.indices.filter { Float16(input[$0]).bitPattern != output[$0] }
    #expect(wrong.isEmpty, "such as \(wrong.prefix(3).map { (input[$0], output[$0]) })")
  }
}
