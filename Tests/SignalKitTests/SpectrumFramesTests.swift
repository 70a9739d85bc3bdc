import SignalKit
import Testing

/// Pictures of one transform: the same to the last bit as with a transform of their own.
@Suite struct SpectrumFramesTests {
  private func alone(_ picture: some SpectrumPicture, _ samples: [Float]) throws -> [UInt32] {
    var signal = try SignalPicture(of: picture)
    var output = [Float](
      repeating: .nan, count: signal.rows * signal.frames(samples: samples.count))
    var span = output.mutableSpan
    try signal.write(samples.span, to: &span)
    return output.map(\.bitPattern)
  }

  private func pictures(
    _ spectrum: SpectrumParameters
  ) throws -> [any SpectrumPicture] {
    var wide = MelParameters()
    wide.spectrum = spectrum
    var narrow = wide
    narrow.bands = 40
    narrow.scale = .htk
    narrow.area = .height
    narrow.power = .magnitude
    narrow.scaling = .logarithm(Logarithm(.decimal, factor: 10_000, offset: 1))
    var cepstrum = CepstrumParameters()
    cepstrum.mel = wide
    cepstrum.derivatives = 2
    var chroma = ChromaParameters()
    chroma.spectrum = spectrum
    var spectrogram = SpectrogramParameters()
    spectrogram.spectrum = spectrum
    return [
      try MelPicture(wide), try MelPicture(narrow), try CepstrumPicture(cepstrum),
      try ChromaPicture(chroma), try SpectrogramPicture(spectrogram),
    ]
  }

  @Test(arguments: [
    SpectrumParameters(), SpectrumParameters(precision: .double),
    SpectrumParameters(
      transformLength: 1_024, windowLength: 800, hop: 300, window: Window(.hamming),
      framing: .wholeWindows),
    SpectrumParameters(transformLength: 701, hop: 350, padding: .zero),
  ])
  func picturesOfOneTransformAreThoseOfTheirOwn(_ spectrum: SpectrumParameters) throws {
    let pictures = try pictures(spectrum)
    var frames = try SpectrumFrames(spectrum)
    for name in ["mixed", "quiet"] {
      let samples = SyntheticSignal.samples(name, count: 22_050)
      try frames.analyse(samples.span, for: pictures)
      for (picture, other) in zip(pictures, try self.pictures(spectrum)) {
        var output = [Float](
          repeating: .nan, count: picture.rows * frames.frames(samples: samples.count))
        var span = output.mutableSpan
        try picture.finish(to: &span)
        #expect(try output.map(\.bitPattern) == alone(other, samples), "\(name), \(picture)")
      }
    }
  }

  @Test func refusesPicturesOfAnotherTransform() throws {
    var frames = try SpectrumFrames(SpectrumParameters())
    let picture = try MelPicture(MelParameters())
    var other = MelParameters()
    other.spectrum = SpectrumParameters(hop: 256)
    let samples = SyntheticSignal.samples("mixed", count: 4_096)
    #expect(throws: SignalError.self) {
      try frames.analyse(samples.span, for: [picture, MelPicture(other)])
    }
    #expect(throws: Never.self) { try frames.analyse(samples.span, for: [picture]) }
  }

  @Test(arguments: SpectrumParameters.Framing.allCases)
  func countsFrames(_ framing: SpectrumParameters.Framing) throws {
    let spectrum = SpectrumParameters(
      transformLength: 512, windowLength: 400, hop: 160, framing: framing)
    let counts = try [0, 399, 400, 511, 512, 560, 672].map { try spectrum.frames(samples: $0) }
    switch framing {
    case .centred: #expect(counts == [1, 3, 3, 4, 4, 4, 5])
    case .wholeTransforms: #expect(counts == [0, 0, 0, 0, 1, 1, 2])
    case .wholeWindows: #expect(counts == [0, 0, 1, 1, 1, 2, 2])
    }
  }
}
