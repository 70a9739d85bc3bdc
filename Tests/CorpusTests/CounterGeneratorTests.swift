import Testing

@testable import Corpus

@Suite struct CounterGeneratorTests {
  /// Known answers of Philox4x32-10 from Random123 (tests/kat_vectors).
  @Test func knownAnswers() {
    let answers: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
      (
        SIMD4(repeating: 0), SIMD2(repeating: 0),
        SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
      ),
      (
        SIMD4(repeating: .max), SIMD2(repeating: .max),
        SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
      ),
      (
        SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
        SIMD2(0xA409_3822, 0x299F_31D0),
        SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
      ),
    ]
    for (counter, key, expected) in answers {
      #expect(CounterGenerator.philox(counter: counter, key: key) == expected)
    }
    var generator = CounterGenerator(seed: 0)
    #expect(generator.next() == 0xE169_C58D_6627_E8D5)
    #expect(generator.next() == 0x9B00_DBD8_BC57_AC4C)
  }

  @Test func everyPositionIsReachedAtOnce() {
    var generator = CounterGenerator(seed: 5, stream: 9)
    let values = (0..<40).map { _ in generator.next() }
    #expect(Set(values).count == 40)
    for position in values.indices {
      var jumped = CounterGenerator(seed: 5, stream: 9, position: UInt64(position))
      #expect(jumped.next() == values[position])
    }
    var other = CounterGenerator(seed: 5, stream: 10)
    #expect(other.next() != values[0])
  }

  @Test func namedStreamsAreFNV1a() {
    // Published test vectors of 64-bit FNV-1a.
    #expect(CounterGenerator(seed: 1, stream: "").stream == 0xCBF2_9CE4_8422_2325)
    #expect(CounterGenerator(seed: 1, stream: "a").stream == 0xAF63_DC4C_8601_EC8C)
    #expect(CounterGenerator(seed: 1, stream: "foobar").stream == 0x8594_4171_F739_67E8)
  }

  @Test func boundedDrawsAreEven() {
    var generator = CounterGenerator(seed: 2)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[Int(generator.next(below: 7))] += 1 }
    // Standard deviation 92.6: five of them on either side.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 463 })
    #expect(generator.next(below: 0) == 0)
    #expect(generator.next(below: 1) == 0)
  }

  @Test func shufflesArePermutationsAndPinned() {
    var generator = CounterGenerator(seed: 1, stream: "blues")
    let shuffled = generator.shuffled(Array(0..<10))
    #expect(shuffled.sorted() == Array(0..<10))
    #expect(
      shuffled == [2, 5, 8, 3, 7, 9, 6, 0, 4, 1],
      "pinned: a change here changes every split that was ever made")
    #expect(generator.shuffled([Int]()).isEmpty)
  }
}
