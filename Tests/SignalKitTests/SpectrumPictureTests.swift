import Foundation
import SignalKit
import Testing

/// Mel dialects, cepstra, spectrograms and chroma: the values of librosa and torchaudio.
@Suite struct SpectrumPictureTests {
  /// Rows of what the libraries give, made by Tests/Reference/make_spectrum_pinned.py.
  @Test(arguments: SpectrumCases.names)
  func valuesAreThoseOfTheLibraries(_ name: String) throws {
    let table = try FixtureFiles.table("spectra.librosa-0.11.0.csv").dropFirst()
    let rows = table.filter { $0[0] == name }
    #expect(rows.count >= 18)
    let picture = try SpectrumCases.picture(name)
    var frames = try SpectrumFrames(picture.spectrum)
    for row in rows {
      let numbers = try row.dropFirst(2).map { try #require(Double($0)) }
      let (first, count, line) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
      let samples = SyntheticSignal.samples(row[1], first: first, count: count)
      let values = try values(picture, &frames, samples)
      let width = frames.frames(samples: count)
      let difference = firstDifference(
        Array(values[line * width..<(line + 1) * width]), numbers.dropFirst(3).map { Float($0) },
        absolute: absolute(name),
        relative: absolute(name) == 1e-3 ? 0 : absolute(name) == 0 ? 1e-5 : 1e-4)
      #expect(difference == nil, "\(name), \(row[1]), row \(line)")
    }
  }

  /// Decibels are compared in decibels, and what is neither summed nor scaled where it is small.
  private func absolute(_ name: String) -> Double {
    switch name {
    case "mel-sums": 0
    case "mel-log10": 1e-5
    case "mel", "mel-dialect", "mel-htk-double", "mel-whole", "torchaudio-mel",
      "torchaudio-mel-slaney",
      "spectrogram-decibel", "spectrogram-decibel-double":
      1e-3
    default: 1e-4
    }
  }

  private func values(
    _ picture: any SpectrumPicture, _ frames: inout SpectrumFrames, _ samples: [Float]
  ) throws -> [Float] {
    try frames.analyse(samples.span, for: [picture])
    var output = [Float](
      repeating: .nan, count: picture.rows * frames.frames(samples: samples.count))
    var span = output.mutableSpan
    try picture.finish(to: &span)
    return output
  }

  /// Of a ramp the derivative is its slope and the next one nothing; of a parabola k² they are 2k and 2.
  /// Coefficients that grow so are those of tones whose level does: here by a lifter-free picture of one
  /// band, whose only coefficient is its decibels.
  @Test func derivativesAreThoseOfAPolynomial() throws {
    var parameters = CepstrumParameters()
    parameters.mel.spectrum = SpectrumParameters(
      transformLength: 64, hop: 64, window: Window(.rectangular), framing: .wholeTransforms)
    parameters.mel.bands = 1
    parameters.mel.scaling = .decibel(Decibels(dynamicRange: 400))
    parameters.coefficients = 1
    parameters.derivatives = 2
    parameters.derivativeWidth = 5
    let picture = try CepstrumPicture(parameters)
    var frames = try SpectrumFrames(picture.spectrum)
    // Frame k is 10 dB × k²/100 above the first.
    let samples = (0..<20 * 64).map { index -> Float in
      let level = Double((index / 64) * (index / 64)) / 100
      return Float(index % 4 < 2 ? 1 : -1) * Float.pow10(level / 2)
    }
    let values = try values(picture, &frames, samples)
    for frame in 2..<18 {
      #expect(isClose(Double(values[20 + frame]), 0.2 * Double(frame), absolute: 1e-4))
      #expect(isClose(Double(values[40 + frame]), 0.2, absolute: 1e-4))
    }
    // The last whole window's slope, at its middle, stands for those beyond it.
    #expect(values[20 + 19] == values[20 + 17] && values[20] == values[20 + 2])
  }

  @Test func refusesParameters() throws {
    func refuses(_ change: (inout CepstrumParameters) -> Void) -> Bool {
      var parameters = CepstrumParameters()
      change(&parameters)
      return (try? CepstrumPicture(parameters)) == nil
    }
    #expect(refuses { $0.coefficients = 0 } && refuses { $0.coefficients = 129 })
    #expect(refuses { $0.lifter = -1 } && refuses { $0.lifter = .nan })
    #expect(refuses { $0.derivatives = 3 } && refuses { $0.derivativeWidth = 4 })
    #expect(refuses { $0.derivativeWidth = 1 } && !refuses { $0.derivativeWidth = 3 })
    var chroma = ChromaParameters()
    chroma.classes = 0
    #expect(throws: SignalError.self) { try ChromaPicture(chroma) }
    chroma.classes = 12
    chroma.tuning = 1.5
    #expect(throws: SignalError.self) { try ChromaPicture(chroma) }
    chroma.tuning = nil
    chroma.sampleRate = 0
    #expect(throws: SignalError.self) { try ChromaPicture(chroma) }
    var cepstrum = CepstrumParameters()
    cepstrum.derivatives = 1
    let picture = try CepstrumPicture(cepstrum)
    #expect(throws: SignalError.self) { try picture.begin(frames: 8) }
    #expect(throws: Never.self) { try picture.begin(frames: 9) }
  }
}

extension Float {
  /// 10 to that power.
  fileprivate static func pow10(_ exponent: Double) -> Float {
    Float(exp(exponent * 2.302585092994046))
  }
}
