import Foundation
import SignalKit
import TestSupport
import Testing

/// What is measured of a signal, against signals whose figures are known exactly.
@Suite struct SignalLevelsTests {
  private static let rate = 22_050

  private func levels(_ signal: [Float], rate: Int = Self.rate) throws -> SignalLevels {
    var meter = try LevelMeter(sampleRate: rate)
    return try meter.levels(of: signal.span)
  }

  private static func tone(_ frequency: Double, _ amplitude: Double, seconds: Int) -> [Float] {
    (0..<rate * seconds).map { index in
      Float(amplitude * sin(2 * .pi * frequency * Double(index) / Double(rate)))
    }
  }

  @Test func nothingAtAll() throws {
    let none = try levels([])
    #expect(none.seconds == 0 && none.peak == 0 && none.infrasonic == 0)
    let silence = try levels([Float](repeating: 0, count: 50_000))
    #expect(silence.seconds == 3 && silence.silentSeconds == 3)
    #expect(silence.longestSilence == 50_000 && silence.power == 0 && silence.infrasonic == 0)
  }

  @Test func aSquareWaveHasThePowerOfItsPeak() throws {
    let square = (0..<50_000).map { $0 % 100 < 50 ? Float(0.5) : -0.5 }
    let found = try levels(square)
    #expect(found.peak == 0.5 && found.power == 0.25 && found.mean == 0)
    #expect(found.silentSeconds == 0 && found.longestSilence == 0)
  }

  @Test(arguments: [0.25, -0.01, 1e-5])
  func theMeanIsTheOffset(_ offset: Double) throws {
    let signal = Self.tone(440, 0.3, seconds: 5).map { $0 + Float(offset) }
    let found = try levels(signal)
    #expect(isClose(found.mean, offset, absolute: 1e-8))
    // The offset itself is no energy below 20 Hz.
    #expect(found.infrasonic < 1e-5)
  }

  /// Amplitudes a at 10 Hz and b at 440 Hz: the share is a² / (a² + b²). That the tones begin
  /// and end at once spreads a part of them over all frequencies, the less the longer they are.
  @Test(arguments: [(0.1, 0.3), (0.01, 0.5), (0.3, 0.01), (0.001, 0.3)])
  func theShareBelow20HzIsThatOfTheMix(_ low: Double, _ high: Double) throws {
    for seconds in [2, 30] {
      let mix = zip(
        Self.tone(10, low, seconds: seconds), Self.tone(440, high, seconds: seconds)
      ).map { $0 + $1 }
      let share = low * low / (low * low + high * high)
      let (absolute, relative) = seconds == 30 ? (2e-6, 1e-3) : (3e-5, 2e-2)
      #expect(isClose(try levels(mix).infrasonic, share, absolute: absolute, relative: relative))
    }
  }

  /// Just below and just above the limit; near the rate of decimation and its multiples, where a
  /// poor low-pass folds energy down.
  @Test func whatIsAbove20HzIsNotBelow() throws {
    #expect(try levels(Self.tone(19, 0.5, seconds: 30)).infrasonic > 0.98)
    #expect(try levels(Self.tone(21, 0.5, seconds: 30)).infrasonic < 0.02)
    let decimated = Double(Self.rate) / 128
    for frequency in [decimated - 20, decimated, decimated + 20, 2 * decimated + 15, 8_000] {
      #expect(try levels(Self.tone(frequency, 0.5, seconds: 10)).infrasonic < 5e-5, "\(frequency)")
    }
  }

  @Test(arguments: [1_000, 8_000, 16_000, 44_100, 96_000])
  func atOtherRates(_ rate: Int) throws {
    let signal = (0..<20 * rate + 77).map { index -> Float in
      let time = Double(index) / Double(rate)
      return Float(0.1 * sin(2 * .pi * 10 * time) + 0.2 * sin(2 * .pi * 300 * time)) + 0.05
    }
    let found = try levels(signal, rate: rate)
    #expect(isClose(found.infrasonic, 0.2, relative: 2e-3), "\(found.infrasonic)")
    #expect(found.seconds == 21 && isClose(found.mean, 0.05, absolute: 1e-4))
  }

  /// The figures of a signal do not depend on what the meter measured before.
  @Test func aMeterForgets() throws {
    var meter = try LevelMeter(sampleRate: 1_000)
    var generator = SeededGenerator(seed: 5)
    let short = generator.floats(3_333)
    let long = generator.floats(60_000)
    let first = try meter.levels(of: short.span)
    _ = try meter.levels(of: long.span)
    #expect(try meter.levels(of: short.span) == first)
  }

  /// The longest run, found block by block, against a plain search.
  @Test func theLongestSilenceIsFoundWhereverItLies() throws {
    var generator = SeededGenerator(seed: 77)
    for _ in 0..<60 {
      var signal = [Float](repeating: 0.1, count: Int.random(in: 1...3_000, using: &generator))
      for _ in 0..<Int.random(in: 0...5, using: &generator) {
        let start = Int.random(in: 0..<signal.count, using: &generator)
        let length = [1, 5, 100, 130, 700].randomElement(using: &generator) ?? 1
        for index in start..<min(signal.count, start + length) {
          signal[index] = [0, 1e-5, -1e-5].randomElement(using: &generator) ?? 0
        }
      }
      var longest = 0
      var run = 0
      for sample in signal {
        run = abs(sample) < LevelMeter.digitalSilence ? run + 1 : 0
        longest = max(longest, run)
      }
      #expect(try levels(signal, rate: 1_000).longestSilence == longest)
    }
  }

  @Test func quietSecondsAreCounted() throws {
    var signal = [Float](repeating: 0.000_9, count: 3 * Self.rate + 10)
    signal[Self.rate + 5] = 0.001
    let found = try levels(signal)
    #expect(found.seconds == 4 && found.silentSeconds == 3)
  }
}
