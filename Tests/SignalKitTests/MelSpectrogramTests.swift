import CKernels
import Foundation
import TestSupport
import Testing

@testable import SignalKit

/// Log-mel pictures: shape, range, and the definition step by step.
@Suite struct MelSpectrogramTests {
  private func picture(_ samples: [Float], _ parameters: MelParameters = .init()) throws -> [Float]
  {
    var mel = try MelSpectrogram(parameters)
    var output = [Float](
      repeating: .nan, count: parameters.bands * mel.frames(samples: samples.count))
    var span = output.mutableSpan
    try mel.write(samples.span, to: &span)
    return output
  }

  private func dynamicRange(_ parameters: MelParameters) -> Double {
    guard case .decibel(let decibels) = parameters.scaling else { return .infinity }
    return Double(decibels.dynamicRange)
  }

  /// 10 log10(max(1e-10, mel filters × |naive transform|²)), floored `dynamicRange` below the
  /// largest.
  private func definition(_ samples: [Float], _ parameters: MelParameters) throws -> [Float] {
    let (length, bands) = (parameters.spectrum.transformLength, parameters.bands)
    let geometry = try FrameGeometry(parameters.spectrum)
    let bank = try MelFilterBank(
      sampleRate: parameters.sampleRate, transformLength: length, count: bands,
      minimum: parameters.minimumFrequency,
      maximum: parameters.maximumFrequency ?? parameters.sampleRate / 2)
    let window = hannWindow(length: length)
    let frames = geometry.count(samples: samples.count)
    var values = [Double](repeating: 0, count: bands * frames)
    var scratch = [Float](repeating: 0, count: length)
    for frame in 0..<frames {
      samples.withUnsafeBufferPointer { samples in
        scratch.withUnsafeMutableBufferPointer { scratch in
          guard let base = scratch.baseAddress else { return }
          let first = geometry.start(frame)
          geometry.copy(first..<first + length, of: samples, into: base)
        }
      }
      let windowed = zip(scratch, window).map { Double($0) * $1 }
      let power = (0...length / 2).map { k -> Double in
        let angles = (0..<length).map { 2 * Double.pi * Double($0 * k % length) / Double(length) }
        let real = zip(windowed, angles).reduce(0) { $0 + $1.0 * cos($1.1) }
        let imaginary = zip(windowed, angles).reduce(0) { $0 + $1.0 * sin($1.1) }
        return real * real + imaginary * imaginary
      }
      var next = 0
      for band in 0..<bands {
        let energy = (0..<Int(bank.lengths[band])).reduce(0.0) {
          $0 + Double(bank.weights[next + $1]) * power[Int(bank.starts[band]) + $1]
        }
        next += Int(bank.lengths[band])
        values[band * frames + frame] = 10 * log10(max(energy, 1e-10))
      }
    }
    let floor = (values.max() ?? 0) - dynamicRange(parameters)
    return values.map { Float(max($0, floor)) }
  }

  // 70 and 66 have an odd half; 33 frames and 17 leave a block partly filled.
  @Test(arguments: [
    (length: 64, hop: 16, samples: 512), (70, 35, 1_120), (66, 7, 100), (64, 64, 1),
  ])
  func equalsTheDefinition(length: Int, hop: Int, samples: Int) throws {
    var generator = SeededGenerator(seed: UInt64(length + samples))
    var parameters = MelParameters()
    parameters.bands = 11
    parameters.minimumFrequency = 100
    parameters.maximumFrequency = 9_000
    parameters.scaling = .decibel(Decibels(dynamicRange: 25))
    for padding in [Padding.reflect, .zero] {
      parameters.spectrum = SpectrumParameters(
        transformLength: length, hop: hop, padding: padding)
      let signal = generator.floats(samples)
      let difference = firstDifference(
        try picture(signal, parameters), try definition(signal, parameters), absolute: 1e-4)
      #expect(difference == nil)
    }
  }

  /// The usual picture is to the last bit what caches hold: frames in single precision, powers,
  /// filters, decibels, in this order. A change here means another ``MelKind/algorithm``.
  @Test(arguments: [Padding.reflect, .zero])
  func usualPictureIsThatOfCachesBitForBit(_ padding: Padding) throws {
    let (length, bins, bands) = (2_048, 1_025, 128)
    let samples = SyntheticSignal.samples("mixed", count: 44_100)
    var parameters = MelParameters()
    parameters.spectrum = SpectrumParameters(padding: padding)
    let geometry = try FrameGeometry(length: length, hop: 512, padding: padding)
    let transform = try FourierTransform(length: length)
    let bank = try MelFilterBank(
      sampleRate: 22_050, transformLength: length, count: bands, maximum: 11_025)
    let window = hannWindow(length: length).map { Float($0) }
    let (frames, stride, rowStride) = (87, 96, 1_040)
    var expected = [Float](repeating: 0, count: bands * stride)
    for first in Swift.stride(from: 0, to: frames, by: 16) {
      var rows = [Float](repeating: 0, count: 16 * rowStride)
      for lane in 0..<min(16, frames - first) {
        var frame = [Float](repeating: 0, count: length)
        samples.withUnsafeBufferPointer { samples in
          frame.withUnsafeMutableBufferPointer { frame in
            guard let base = frame.baseAddress else { return }
            let start = geometry.start(first + lane)
            geometry.copy(start..<start + length, of: samples, into: base)
          }
        }
        lathe_window(frame, window, transform.input.base, length)
        transform.runForward()
        var powers = [Float](repeating: 0, count: bins)
        var scratch = [Float](repeating: 0, count: length / 4 + 1)
        lathe_power_of_half(
          transform.output.base, transform.twiddles.cosine.base, transform.twiddles.sine.base,
          length / 2, &powers, &scratch)
        rows.replaceSubrange(lane * rowStride..<lane * rowStride + bins, with: powers)
      }
      var block = [Float](repeating: 0, count: 16 * rowStride)
      lathe_rows_to_block(rows, rowStride, rowStride, &block)
      expected.withUnsafeMutableBufferPointer { expected in
        guard let base = expected.baseAddress else { return }
        bank.apply(to: block, squared: false, output: base + first, stride: stride)
      }
    }
    let loudest = lathe_decibel(&expected, 1e-10, expected.count)
    lathe_clip_below(&expected, loudest - 80, expected.count)
    let rows = (0..<bands).flatMap { expected[$0 * stride..<$0 * stride + frames] }
    #expect(try picture(samples, parameters).map(\.bitPattern) == rows.map(\.bitPattern))
  }

  @Test func twoSecondsAre128BandsOf87Frames() throws {
    let samples = SyntheticSignal.samples("mixed", count: 44_100)
    let mel = try MelSpectrogram(MelParameters())
    #expect(mel.frames(samples: 44_100) == 87)
    let values = try picture(samples)
    #expect(values.count == 128 * 87)
    let largest = try #require(values.max())
    #expect(values.min() ?? 0 >= largest - 80)
    #expect(values.allSatisfy { $0.isFinite })
  }

  @Test func floorsAtTheDynamicRange() throws {
    // A loud half and a silent one: the silent half lies at the floor.
    let silence = [Float](repeating: 0, count: 22_050)
    let samples = SyntheticSignal.samples("chord", count: 22_050) + silence
    let values = try picture(samples)
    let largest = try #require(values.max())
    #expect(values.min() == largest - 80)
    #expect(values[86] == largest - 80)
    var parameters = MelParameters()
    parameters.scaling = .decibel(Decibels(dynamicRange: 30))
    #expect(try picture(samples, parameters).min() == largest - 30)
  }

  @Test func silenceIsAtTheAbsoluteFloor() throws {
    let values = try picture([Float](repeating: 0, count: 44_100))
    #expect(values.allSatisfy { isClose(Double($0), -100, absolute: 2e-5) })
    #expect(Set(values).count == 1)
  }

  /// What a long loud picture leaves in the buffers must not show in a short quiet one.
  @Test func buffersKeepNothing() throws {
    var mel = try MelSpectrogram(MelParameters())
    var loud = [Float](repeating: 0, count: 128 * 87)
    var span = loud.mutableSpan
    try mel.write(SyntheticSignal.samples("square", count: 44_100).span, to: &span)
    let short = SyntheticSignal.samples("quiet", count: 3_000)
    var again = [Float](repeating: 0, count: 128 * mel.frames(samples: 3_000))
    var output = again.mutableSpan
    try mel.write(short.span, to: &output)
    #expect(try again == picture(short))
  }

  @Test func refusesEmptySignalAndWrongOutput() throws {
    var mel = try MelSpectrogram(MelParameters())
    var output = [Float](repeating: 5, count: 128)
    var span = output.mutableSpan
    #expect(throws: SignalError.self) { try mel.write([Float]().span, to: &span) }
    let signal = [Float](repeating: 0, count: 512)
    do {
      try mel.write(signal.span, to: &span)
      Issue.record("wrote two frames into room for one")
    } catch {
      #expect(error.description.contains("128 rows × 2 frames"))
    }
    #expect(output.allSatisfy { $0 == 5 }, "a refused call writes nothing")
  }

  @Test func refusesParameters() {
    func refuses(_ change: (inout MelParameters) -> Void) -> Bool {
      var parameters = MelParameters()
      change(&parameters)
      do {
        _ = try MelSpectrogram(parameters)
        return false
      } catch {
        return !error.hint.isEmpty
      }
    }
    #expect(refuses { $0.spectrum = SpectrumParameters(transformLength: 0) })
    #expect(refuses { $0.spectrum = SpectrumParameters(windowLength: 2_049) })
    #expect(refuses { $0.spectrum = SpectrumParameters(windowLength: 0) })
    #expect(refuses { $0.spectrum = SpectrumParameters(hop: 0) })
    #expect(refuses { $0.spectrum = SpectrumParameters(hop: 4_096) })
    #expect(refuses { $0.bands = 0 })
    #expect(refuses { $0.sampleRate = -1 })
    #expect(refuses { $0.minimumFrequency = 12_000 })
    #expect(refuses { $0.maximumFrequency = 0 })
    #expect(refuses { $0.scaling = .decibel(Decibels(dynamicRange: -1)) })
    #expect(refuses { $0.scaling = .decibel(Decibels(dynamicRange: .nan)) })
    #expect(!refuses { $0.scaling = .decibel(Decibels(dynamicRange: .infinity)) })
    #expect(refuses { $0.scaling = .decibel(Decibels(floor: 0)) })
    #expect(refuses { $0.scaling = .decibel(Decibels(reference: .value(0))) })
    #expect(refuses { $0.scaling = .logarithm(Logarithm(.natural, offset: -1)) })
    #expect(refuses { $0.scaling = .logarithm(Logarithm(.natural, floor: 0)) })
    #expect(refuses { $0.scaling = .logarithm(Logarithm(.decimal, factor: .infinity)) })
    #expect(refuses { $0.scaling = .logarithm(Logarithm(.decimal, factor: 0)) })
    #expect(refuses { $0.scaling = .logarithm(Logarithm(.decimal, floor: .nan)) })
  }
}
