import CKernels
import Foundation
import SignalKit
import TestSupport
import Testing

/// Gammatone pictures: the reference's values, tones, shapes, and what is refused.
@Suite struct GammatonePictureTests {
  private func picture(_ samples: [Float], _ parameters: GammatoneParameters) throws -> [Float] {
    var gammatone = try GammatonePicture(parameters)
    var output = [Float](
      repeating: .nan, count: parameters.bands * gammatone.frames(samples: samples.count))
    var span = output.mutableSpan
    try gammatone.write(samples.span, to: &span)
    return output
  }

  /// Rows of a reference from the formulae, made by Tests/Reference/make_gammatone_pinned.py.
  @Test(arguments: GammatoneCases.all)
  func valuesAreThoseOfTheReference(_ name: String, _ parameters: GammatoneParameters) throws {
    let table = try FixtureFiles.table("gammatone-1.0.3.csv").dropFirst()
    let rows = table.filter { $0[0] == name }
    #expect(rows.count == 18)
    for row in rows {
      let numbers = try row.dropFirst(2).map { try #require(Double($0)) }
      let (first, count, band) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
      let samples = SyntheticSignal.samples(row[1], first: first, count: count)
      let frames = try GammatonePicture(parameters).frames(samples: count)
      let values = try picture(samples, parameters)[band * frames..<(band + 1) * frames]
      let difference = firstDifference(
        Array(values), numbers.dropFirst(3).map { Float($0) }, absolute: 1e-9, relative: 2e-6)
      #expect(difference == nil, "\(name), \(row[1]), band \(band)")
    }
  }

  /// A tone at a filter's centre passes with gain one, and in its filter most of all.
  @Test(arguments: [5, 30, 60]) func aToneIsInItsFilter(_ band: Int) throws {
    var parameters = GammatoneParameters()
    parameters.scale = .amplitude
    // Whole periods, near enough.
    parameters.windowLength = 8_192
    let frequency = parameters.centres[band]
    let tone = (0..<44_100).map {
      Float(0.5 * sin(2 * Double.pi * frequency * Double($0) / 22_050))
    }
    let frames = try GammatonePicture(parameters).frames(samples: tone.count)
    let last = try picture(tone, parameters).enumerated().filter {
      $0.offset % frames == frames - 1
    }
    .map(\.element)
    #expect(isClose(Double(last[band]), 0.5 / 2.0.squareRoot(), relative: 2e-3))
    #expect(last.firstIndex(of: last.max() ?? 0) == band)
  }

  @Test func centresAreEvenlySpacedInBandwidths() {
    let centres = GammatoneParameters().centres
    #expect(centres.count == 64)
    #expect(isClose(centres[0], 50, relative: 1e-12))
    let rates = centres.map { 9.26449 * log(1 + $0 / (24.7 * 9.26449)) }
    let steps = zip(rates, rates.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { isClose($0, steps[0], relative: 1e-9) })
    let end = 9.26449 * log(1 + 11_025 / (24.7 * 9.26449))
    #expect(isClose(rates[63] + steps[0], end, relative: 1e-12))
  }

  @Test func decibelsAreThoseOfAmplitudes() throws {
    let samples = SyntheticSignal.samples("gap", first: 10_000, count: 40_000)
    var parameters = GammatoneParameters()
    parameters.dynamicRange = 50
    let decibels = try picture(samples, parameters)
    parameters.scale = .amplitude
    let expected = try picture(samples, parameters).map { Float(20 * log10(max(1e-5, $0))) }
    let floor = (expected.max() ?? 0) - 50
    let difference = firstDifference(decibels, expected.map { max($0, floor) }, absolute: 2e-5)
    #expect(difference == nil)
    #expect(decibels.min() == (decibels.max() ?? 0) - 50)
  }

  /// In a long silence the sections' states sink to zero, and stay no slow subnormal numbers.
  @Test func silenceEndsInZeros() {
    // Poles of radius 0.9: 0.9^7,000 is about 1e-320.
    let coefficients =
      [Double](repeating: 0.5, count: 32) + [Double](repeating: -1.2, count: 8)
      + [Double](repeating: 0.81, count: 8)
    var state = [Double](repeating: 0, count: 64)
    var energy = [Double](repeating: 0, count: 8)
    lathe_gammatone(coefficients, &state, [1], 1, &energy)
    #expect(state.allSatisfy { $0 != 0 })
    lathe_gammatone(coefficients, &state, [Float](repeating: 0, count: 7_000), 7_000, &energy)
    #expect(state.allSatisfy { $0 == 0 })
  }

  /// What a long loud picture leaves in the buffers must not show in a short quiet one.
  @Test func buffersKeepNothing() throws {
    var gammatone = try GammatonePicture(GammatoneParameters())
    var loud = [Float](repeating: 0, count: 64 * gammatone.frames(samples: 44_100))
    var span = loud.mutableSpan
    try gammatone.write(SyntheticSignal.samples("square", count: 44_100).span, to: &span)
    let short = SyntheticSignal.samples("quiet", count: 3_000)
    var again = [Float](repeating: 0, count: 64 * gammatone.frames(samples: 3_000))
    var output = again.mutableSpan
    try gammatone.write(short.span, to: &output)
    #expect(try again == picture(short, GammatoneParameters()))
  }

  /// The kernel against its definition, section by section, on and off the number of samples
  /// between its checks for silence.
  @Test(arguments: [0, 1, 255, 256, 257, 600]) func kernel(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 400)
    let input = generator.floats(count)
    // Poles at radius sqrt(pole2) < 1.
    let coefficients =
      generator.floats(32).map(Double.init)
      + generator.floats(8).map { Double($0) }
      + generator.floats(8, in: 0.5...0.9).map(Double.init)
    var state = [Double](repeating: 0, count: 64)
    var energy = [Double](repeating: 1, count: 8)
    // In two calls: the state goes on.
    lathe_gammatone(coefficients, &state, input, count / 3, &energy)
    input.withUnsafeBufferPointer { input in
      guard let base = input.baseAddress else { return }
      lathe_gammatone(coefficients, &state, base + count / 3, count - count / 3, &energy)
    }
    for lane in 0..<8 {
      var signal = input.map(Double.init)
      for section in 0..<4 {
        var (x1, y1, y2) = (0.0, 0.0, 0.0)
        signal = signal.map { x in
          let y =
            x + coefficients[8 * section + lane] * x1 - coefficients[32 + lane] * y1
            - coefficients[40 + lane] * y2
          (x1, y1, y2) = (x, y, y1)
          return y
        }
      }
      let expected = signal.reduce(1) { $0 + $1 * $1 }
      #expect(isClose(energy[lane], expected, relative: 1e-9), "lane \(lane)")
    }
  }

  @Test func refusesShortSignalsAndWrongOutputs() throws {
    var gammatone = try GammatonePicture(GammatoneParameters())
    #expect([1_023, 1_024, 1_535, 1_536].map { gammatone.frames(samples: $0) } == [0, 1, 1, 2])
    var output = [Float](repeating: 5, count: 64)
    var span = output.mutableSpan
    let short = [Float](repeating: 0, count: 1_023)
    let long = [Float](repeating: 0, count: 1_536)
    do {
      try gammatone.write(short.span, to: &span)
      Issue.record("wrote a window of 1,024 samples from 1,023")
    } catch {
      #expect(error.description.contains("at least 1024 samples"))
    }
    do {
      try gammatone.write(long.span, to: &span)
      Issue.record("wrote two frames into room for one")
    } catch {
      #expect(error.description.contains("64 bands × 2 frames"))
    }
    #expect(output.allSatisfy { $0 == 5 }, "a refused call writes nothing")
  }

  @Test func refusesParameters() {
    func refuses(_ change: (inout GammatoneParameters) -> Void) -> Bool {
      var parameters = GammatoneParameters()
      change(&parameters)
      do {
        _ = try GammatonePicture(parameters)
        return false
      } catch {
        return !error.hint.isEmpty
      }
    }
    #expect(refuses { $0.sampleRate = .nan })
    #expect(refuses { $0.bands = 0 })
    #expect(refuses { $0.minimumFrequency = 0 })
    #expect(refuses { $0.minimumFrequency = 11_025 })
    #expect(refuses { $0.maximumFrequency = 11_026 })
    #expect(refuses { $0.windowLength = 0 })
    #expect(refuses { $0.hop = 0 })
    #expect(refuses { $0.dynamicRange = -1 })
    #expect(!refuses { $0.maximumFrequency = 11_025 })
  }
}
