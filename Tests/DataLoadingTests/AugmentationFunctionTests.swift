import Corpus
import Foundation
import Testing

@testable import DataLoading

/// Functions and distributions that the parts draw with.
@Suite struct AugmentationFunctionTests {
  @Test func functionsAgreeWithTheLibrary() {
    for index in -7_000...7_000 {
      let x = Double(index) / 10 + 0.0123
      let own = Elementary.exponential(x)
      #expect(abs(own - exp(x)) <= 4e-16 * exp(x) + .leastNonzeroMagnitude)
      let large = exp(x / 2)
      #expect(abs(Elementary.logarithm(large) - log(large)) <= 4e-16 * max(abs(log(large)), 1e-3))
      let turns = Double(index) / 997
      #expect(abs(Elementary.sine(turns: turns) - sin(2 * .pi * turns)) < 1e-14)
      #expect(abs(Elementary.cosine(turns: turns) - cos(2 * .pi * turns)) < 1e-14)
    }
    #expect(Elementary.exponential(0) == 1 && Elementary.logarithm(1) == 0)
    #expect(Elementary.exponential(-2_000) == 0 && Elementary.amplitude(decibels: 0) == 1)
    #expect(Elementary.sine(turns: 0.5) == 0 && Elementary.cosine(turns: 0) == 1)
  }

  @Test(arguments: [0.01, 0.2, 0.5, 0.500001, 1, 4, 100]) func sharesAreFromBeta(_ alpha: Double) {
    var generator = CounterGenerator(seed: 5, stream: 1)
    let count = 40_000
    let shares = (0..<count).map { _ in generator.symmetricBeta(alpha) }
    #expect(shares.allSatisfy { (0...1).contains($0) })
    let mean = shares.reduce(0, +) / Double(count)
    let variance = shares.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / Double(count)
    let fourth = shares.reduce(0) { $0 + pow($1 - 0.5, 4) } / Double(count)
    // Of Beta(a, a): variance 1 / (4 (2a + 1)), fourth moment 3 / (16 (2a + 1) (2a + 3)).
    let expected = 1 / (4 * (2 * alpha + 1))
    let expectedFourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))
    let error = 5 / Double(count).squareRoot()
    #expect(abs(mean - 0.5) < error * expected.squareRoot())
    let spread = max(expectedFourth - expected * expected, 1e-9).squareRoot()
    #expect(abs(variance - expected) < error * spread)
    #expect(abs(fourth - expectedFourth) < error * 0.07)
    if alpha == 1 {
      // Even: each tenth holds a tenth.
      for tenth in 0..<10 {
        let found = shares.count { Int($0 * 10) == tenth }
        #expect(abs(found - count / 10) < 5 * 60)
      }
    }
  }

  @Test func numbersStayInTheirRange() {
    var generator = CounterGenerator(seed: 1)
    let numbers = (0..<10_000).map { _ in generator.number(in: -3...(-1)) }
    #expect(numbers.allSatisfy { (-3 ... -1).contains($0) })
    let mean = numbers.reduce(0, +) / 10_000
    #expect(abs(mean + 2) < 0.029)  // five standard errors
    #expect(generator.number(in: 2...2) == 2)
  }

  /// What makes a batch never changes: pinned to what a script of the documented formula gives.
  @Test func streamsArePinned() {
    let streams = AugmentationStreams(seed: 3, epoch: 1, sample: 2, pass: 0, role: .sample)
    #expect(streams.stream(.gain) == 2_789_536_692_567_463_081)
    #expect(streams.stream(.noiseSignal) == 8_179_804_700_780_435_698)
    let partner = AugmentationStreams(seed: 3, epoch: 1, sample: 2, pass: 0, role: .partner)
    #expect(partner.stream(.gain) == 13_415_528_749_410_266_476)
    var generator = streams.generator(.mixup)
    #expect(generator.fraction() == 0.268256213071958)
  }

  @Test func streamsOfAllDrawsDiffer() {
    var streams: Set<UInt64> = []
    var count = 0
    for epoch in 0..<6 {
      for sample in 0..<6 {
        for pass in 0..<6 {
          for role in [AugmentationStreams.Role.sample, .partner] {
            let draw = AugmentationStreams(
              seed: 1, epoch: epoch, sample: sample, pass: pass, role: role)
            for kind in UInt64(1)...10 {
              guard let kind = AugmentationStreams.Kind(rawValue: kind) else { continue }
              streams.insert(draw.stream(kind))
              count += 1
            }
          }
        }
      }
    }
    #expect(count == 4_320 && streams.count == count)
  }
}
