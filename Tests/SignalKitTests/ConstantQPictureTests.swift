import CKernels
import Foundation
import SignalKit
import TestSupport
import Testing

/// Constant-Q pictures: librosa's values, tones, shapes, and what is refused.
@Suite struct ConstantQPictureTests {
  private func picture(_ samples: [Float], _ parameters: ConstantQParameters) throws -> [Float] {
    var constantQ = try ConstantQPicture(parameters)
    var output = [Float](
      repeating: .nan, count: parameters.bins * constantQ.frames(samples: samples.count))
    var span = output.mutableSpan
    try constantQ.write(samples.span, to: &span)
    return output
  }

  /// Rows of librosa's pictures, made by Tests/Reference/make_constant_q_pinned.py.
  @Test(arguments: ConstantQCases.names) func valuesAreThoseOfLibrosa(_ name: String) throws {
    let table = try FixtureFiles.table("constant-q.librosa-0.11.0.csv").dropFirst()
    let rows = table.filter { $0[0] == name }
    #expect(rows.count == (name == "octave" ? 15 : 18))
    let parameters = ConstantQCases.parameters(name)
    for (signal, rows) in Dictionary(grouping: rows, by: { $0[1] }) {
      let numbers = try rows.map { try $0.dropFirst(2).map { try #require(Double($0)) } }
      let (first, count) = (Int(numbers[0][0]), Int(numbers[0][1]))
      let samples = SyntheticSignal.samples(signal, first: first, count: count)
      let frames = parameters.frames(samples: count)
      let values = try picture(samples, parameters)
      let loudest = Double(values.max() ?? 0)
      for row in numbers {
        let bin = Int(row[2])
        // 2e-4, since quiet bins have fewer true digits, and each instruction set adds in its own order.
        let difference = firstDifference(
          Array(values[bin * frames..<(bin + 1) * frames]), row.dropFirst(3).map { Float($0) },
          absolute: name == "decibel" ? 1e-3 : 1e-6 * loudest, relative: 2e-4)
        #expect(difference == nil, "\(name), \(signal), bin \(bin)")
      }
    }
  }

  /// A tone sounds in its bin most of all, half its amplitude times the root of the wavelet's
  /// length.
  @Test(arguments: [3, 40, 83]) func aToneIsInItsBin(_ bin: Int) throws {
    let parameters = ConstantQParameters()
    let frequency = parameters.frequencies[bin]
    let tone = (0..<66_150).map {
      Float(0.5 * sin(2 * Double.pi * frequency * Double($0) / 22_050))
    }
    let values = try picture(tone, parameters)
    let column = (0..<84).map { values[$0 * 130 + 65] }
    #expect(column.firstIndex(of: column.max() ?? 0) == bin)
    let expected = 0.25 * parameters.waveletLengths[bin].squareRoot()
    #expect(isClose(Double(column[bin]), expected, relative: 2e-2))
  }

  @Test func frequenciesAreEvenlySpacedInOctaves() {
    var parameters = ConstantQParameters()
    #expect(parameters.frequencies.count == 84)
    // C1, A4 and B7.
    #expect(isClose(parameters.frequencies[0], 440 * exp2(-45.0 / 12), relative: 1e-14))
    #expect(isClose(parameters.frequencies[45], 440, relative: 1e-14))
    #expect(isClose(parameters.frequencies[83], 440 * exp2(38.0 / 12), relative: 1e-14))
    parameters.tuning = .given(0.5)
    #expect(isClose(parameters.frequencies[45], 440 * exp2(0.5 / 12), relative: 1e-14))
  }

  /// One frame more than whole hops; where the rate is divided first, of the samples that are left.
  @Test func frames() {
    var parameters = ConstantQParameters()
    #expect([1, 511, 512, 66_150].map(parameters.frames(samples:)) == [1, 1, 2, 130])
    parameters.bins = 60
    // 509 samples at a quarter of the rate are 128, as many as the hop there.
    #expect([508, 509, 66_150].map(parameters.frames(samples:)) == [1, 2, 130])
  }

  @Test func powersAreSquaresAndDecibelsThoseOfMagnitudes() throws {
    let samples = SyntheticSignal.samples("gap", first: 10_000, count: 20_000)
    var parameters = ConstantQParameters()
    let magnitudes = try picture(samples, parameters)
    parameters.power = .power
    let powers = try picture(samples, parameters)
    #expect(powers == magnitudes.map { $0 * $0 })
    parameters.scaling = .decibel(Decibels(dynamicRange: 50))
    let decibels = try picture(samples, parameters)
    let expected = powers.map { Float(10 * log10(max(1e-10, $0))) }
    let floor = (expected.max() ?? 0) - 50
    #expect(firstDifference(decibels, expected.map { max($0, floor) }, absolute: 2e-5) == nil)
    #expect(decibels.min() == (decibels.max() ?? 0) - 50)
  }

  /// What a long loud picture leaves in the buffers must not show in a short quiet one, whatever
  /// stands outside the signal and however often the rate is divided first.
  @Test(arguments: ["plain", "dialect", "odd", "low", "estimated"])
  func buffersKeepNothing(_ name: String) throws {
    let parameters = ConstantQCases.parameters(name)
    var constantQ = try ConstantQPicture(parameters)
    var loud = [Float](
      repeating: 0, count: parameters.bins * constantQ.frames(samples: 44_100))
    var span = loud.mutableSpan
    try constantQ.write(SyntheticSignal.samples("square", count: 44_100).span, to: &span)
    let short = SyntheticSignal.samples("quiet", count: 3_000)
    var again = [Float](repeating: 0, count: parameters.bins * constantQ.frames(samples: 3_000))
    var output = again.mutableSpan
    try constantQ.write(short.span, to: &output)
    #expect(try again == picture(short, parameters))
  }

  /// Signals shorter than a wavelet, down to one sample, stand among zeros.
  @Test(arguments: [1, 2, 31, 600]) func shortSignals(_ count: Int) throws {
    let samples = SyntheticSignal.samples("mixed", first: 5_000, count: count)
    for name in ConstantQCases.names {
      let values = try picture(samples, ConstantQCases.parameters(name))
      #expect(values.allSatisfy { $0.isFinite }, "\(name)")
    }
    let silence = try picture([Float](repeating: 0, count: count), ConstantQParameters())
    #expect(silence.allSatisfy { $0 == 0 })
  }

  /// The kernel against its definition, on and off its tiles of frames and columns.
  @Test(arguments: [0, 1, 5, 6, 7, 8, 9, 17], [16, 32, 48]) func kernel(
    _ frames: Int, _ columns: Int
  ) {
    var generator = SeededGenerator(seed: UInt64(100 * frames + columns))
    let (length, hop) = (37, 5)
    let input = generator.floats(frames * hop + length)
    let matrix = generator.floats(length * columns)
    var output = [Float](repeating: 9, count: frames * columns + 1)
    lathe_frame_products(input, hop, frames, matrix, length, columns, &output)
    for frame in 0..<frames {
      for column in 0..<columns {
        let expected = (0..<length).reduce(0.0) {
          $0 + Double(input[frame * hop + $1]) * Double(matrix[$1 * columns + column])
        }
        #expect(isClose(Double(output[frame * columns + column]), expected, absolute: 1e-5))
      }
    }
    #expect(output.last == 9)
  }

  @Test func refusesEmptySignalsAndWrongOutputs() throws {
    var constantQ = try ConstantQPicture(ConstantQParameters())
    var output = [Float](repeating: 5, count: 84)
    var span = output.mutableSpan
    do {
      try constantQ.write([Float]().span, to: &span)
      Issue.record("wrote a picture of nothing")
    } catch {
      #expect(error.description.contains("is empty"))
    }
    let long = [Float](repeating: 0, count: 512)
    do {
      try constantQ.write(long.span, to: &span)
      Issue.record("wrote two frames into room for one")
    } catch {
      #expect(error.description.contains("84 rows × 2 frames"))
    }
    #expect(output.allSatisfy { $0 == 5 }, "a refused call writes nothing")
  }

  @Test func refusesParameters() {
    func refusal(_ change: (inout ConstantQParameters) -> Void) -> String {
      var parameters = ConstantQParameters()
      change(&parameters)
      do {
        _ = try ConstantQPicture(parameters)
        return ""
      } catch {
        return error.description
      }
    }
    #expect(refusal { $0.sampleRate = .nan } != "")
    #expect(refusal { $0.bins = 0 } != "")
    #expect(refusal { $0.binsPerOctave = 0 } != "")
    #expect(refusal { $0.minimumFrequency = 0 } != "")
    #expect(refusal { $0.hop = 0 } != "")
    #expect(refusal { $0.tuning = .given(1.5) } != "")
    #expect(refusal { $0.filterScale = 0 } != "")
    #expect(refusal { $0.sparsity = 1 } != "")
    #expect(refusal { $0.scaling = .decibel(Decibels(dynamicRange: -1)) } != "")
    // 32.7 Hz × 2^(100 / 12) and half its bandwidth are 11,005 Hz.
    #expect(refusal { $0.bins = 101 } == "")
    #expect(
      refusal { $0.bins = 102 }
        == "102 bins from 32.70319566257483 Hz: reach up to 11659 Hz, above half the sample rate; "
        + "use fewer bins or a lower minimumFrequency")
    // A tuning that is estimated may be half a bin higher.
    #expect(
      refusal {
        $0.bins = 101
        $0.tuning = .estimated
      } != "")
    #expect(refusal { $0.filterScale = 0.03 }.contains("use a larger filterScale"))
    let longWavelets = refusal {
      $0.binsPerOctave = 96
      $0.bins = 96 * 8
      $0.hop = 441
    }
    #expect(longWavelets.contains("hop of 441 samples: can be halved 0 times"))
  }
}
