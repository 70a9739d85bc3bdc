import CKernels
import Foundation
import SignalKit
import TestSupport
import Testing

/// Acoustic fingerprints: what they must not depend on, and what they must not be made of.
@Suite struct AcousticFingerprinterTests {
  private static let rate = 22_050.0

  private func fingerprint(_ samples: [Float], rate: Double = rate) throws -> AcousticFingerprint {
    var maker = try AcousticFingerprinter(sampleRate: rate)
    return maker.fingerprint(of: samples.span)
  }

  /// The share of bits reliable on both sides that differ, word i of `other` held against i +
  /// `offset`.
  private func errors(
    _ one: AcousticFingerprint, _ other: AcousticFingerprint, offset: Int = 0
  ) -> Double {
    var bits = 0
    var errors = 0
    for index in max(0, offset)..<min(one.words.count, other.words.count + offset) {
      let mask = one.reliable[index] & other.reliable[index - offset]
      bits += mask.nonzeroBitCount
      errors += ((one.words[index] ^ other.words[index - offset]) & mask).nonzeroBitCount
    }
    return Double(errors) / Double(max(bits, 1))
  }

  private func noise(_ count: Int, seed: UInt64, level: Float = 0.3) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return generator.floats(count).map { $0 * level }
  }

  @Test func levelDoesNotCount() throws {
    let samples = noise(100_000, seed: 1)
    let one = try fingerprint(samples)
    let quiet = try fingerprint(samples.map { $0 / 16 })
    #expect(one == quiet && one.words.count > 80)
    #expect(one.reliable.reduce(0) { $0 + $1.nonzeroBitCount } > 8 * one.words.count)
  }

  @Test(arguments: [1_024, 10_240, 512, 1_000]) func aShiftMovesTheWords(_ shift: Int) throws {
    let samples = noise(120_000, seed: 2)
    let one = try fingerprint(samples)
    let cut = try fingerprint(Array(samples[shift...]))
    let offset = Int((Double(shift) / 1_024).rounded())
    #expect(errors(one, cut, offset: offset) <= (shift % 1_024 == 0 ? 0.001 : 0.1))
    #expect(errors(one, cut, offset: offset + 20) > 0.3)
  }

  @Test func otherNoiseIsOther() throws {
    let one = try fingerprint(noise(150_000, seed: 3))
    let other = try fingerprint(noise(150_000, seed: 4))
    #expect(Set(one.words).isDisjoint(with: other.words))
    #expect((0.4...0.6).contains(errors(one, other)))
  }

  @Test func silenceAndSteadyTonesSayNothing() throws {
    let count = 60_000
    let step = 1 / Float(32_768)
    let tone = (0..<count).map { 0.5 * Float(sin(2 * Double.pi * 700 * Double($0) / Self.rate)) }
    let chord = (0..<count).map { i in
      [330.0, 415, 494].reduce(Float(0)) {
        $0 + 0.2 * Float(sin(2 * Double.pi * $1 * Double(i) / Self.rate))
      }
    }
    let rounding = noise(count, seed: 5, level: 1).map { ($0 > 0.8 ? step : 0) }
    for signal in [[Float](repeating: 0, count: count), rounding, tone, chord] {
      let found = try fingerprint(signal)
      #expect(found.words.count > 40 && found.reliable.allSatisfy { $0 == 0 })
    }
  }

  /// A word needs 2,048 samples of 5,512.5 Hz, four hops of 256 and the filter's 32.
  @Test func shortSignalsHaveNoWords() throws {
    let maker = try AcousticFingerprinter(sampleRate: Self.rate)
    #expect(maker.hop == 1_024 && maker.span == (2_048 + 1_024 - 1) * 4 + 32)
    #expect(maker.words(samples: maker.span - 1) == 0 && maker.words(samples: maker.span) == 1)
    #expect(maker.words(samples: maker.span + 1_023) == 1)
    #expect(maker.words(samples: maker.span + 1_024) == 2)
    for count in [0, 1, maker.span - 1, maker.span, maker.span + 1_024] {
      let found = try fingerprint(noise(count, seed: 6))
      #expect(found.words.count == maker.words(samples: count))
    }
  }

  @Test(arguments: [1_000.0, 8_000, 11_025, 16_000, 44_100, 48_000, 384_000])
  func anyRateWorks(_ rate: Double) throws {
    let maker = try AcousticFingerprinter(sampleRate: rate)
    #expect(maker.hop == AcousticFingerprinter.hop(sampleRate: rate))
    let found = try fingerprint(noise(maker.span + 9 * maker.hop, seed: 7), rate: rate)
    #expect(found.words.count == 10 && found.reliable.allSatisfy { $0 != 0 })
  }

  @Test(arguments: [0, 999, 384_001, .nan, .infinity] as [Double])
  func otherRatesAreRefused(_ rate: Double) {
    #expect(throws: SignalError.self) { _ = try AcousticFingerprinter(sampleRate: rate) }
  }

  @Test func theBuffersOfOneCallDoNotReachTheNext() throws {
    var maker = try AcousticFingerprinter(sampleRate: Self.rate)
    let long = noise(90_000, seed: 8)
    let short = noise(30_000, seed: 9)
    let alone = try fingerprint(short)
    _ = maker.fingerprint(of: long.span)
    #expect(maker.fingerprint(of: short.span) == alone)
  }

  @Test(arguments: [1, 2, 511, 512, 513, 1_100], [(1, 1), (7, 3), (32, 4), (8, 16)])
  func decimationIsItsDefinition(_ count: Int, _ filter: (length: Int, factor: Int)) {
    var generator = SeededGenerator(seed: UInt64(count))
    let (length, factor) = filter
    let input = generator.floats((count - 1) * factor + length)
    let taps = generator.floats(length)
    var output = [Float](repeating: .nan, count: count + 1)
    var scratch = [Float](repeating: 0, count: lathe_decimate_scratch(length, factor))
    lathe_decimate(input, taps, length, factor, count, &output, &scratch)
    let expected = (0..<count).map { n in
      (0..<length).reduce(Float(0)) { $0 + taps[$1] * input[n * factor + $1] }
    }
    #expect(Array(output.prefix(count)) == expected)
    #expect(output[count].isNaN, "wrote past the end")
  }
}
