import SignalKit

/// The cases of Tests/Reference/make_spectrum_pinned.py.
enum SpectrumCases {
  static let names = [
    "mel", "mel-sums", "mel-dialect", "mel-htk-double", "mel-whole", "mel-log10", "torchaudio-mel",
    "torchaudio-mel-slaney", "mfcc", "mfcc-lifter", "spectrogram", "spectrogram-decibel",
    "spectrogram-decibel-double", "chroma", "chroma-tuned",
  ]

  /// What makes the pictures of a case.
  static func picture(_ name: String) throws -> any SpectrumPicture {
    switch name {
    case "mfcc", "mfcc-lifter": try cepstrum(name)
    case "spectrogram", "spectrogram-decibel", "spectrogram-decibel-double":
      try spectrogram(name)
    case "chroma", "chroma-tuned": try chroma(name)
    default: try MelPicture(mel(name))
    }
  }

  private static func mel(_ name: String) -> MelParameters {
    var parameters = MelParameters()
    parameters.spectrum = SpectrumParameters(padding: .zero)
    switch name {
    case "mel-sums":
      parameters.spectrum = SpectrumParameters(precision: .double)
      parameters.scaling = .linear
    case "mel-dialect":
      parameters.spectrum = SpectrumParameters(
        transformLength: 1_024, windowLength: 800, hop: 256, window: Window(.hamming),
        padding: .edge)
      parameters.bands = 64
      parameters.minimumFrequency = 50
      parameters.maximumFrequency = 8_000
      parameters.scale = .htk
      parameters.area = .height
      parameters.power = .magnitude
      parameters.scaling = .decibel(
        Decibels(reference: .maximum, floor: 1e-5, dynamicRange: 120))
    case "mel-whole":
      parameters.spectrum = SpectrumParameters(
        transformLength: 1_200, hop: 300, framing: .wholeTransforms)
      parameters.bands = 40
      parameters.scaling = .logarithm(Logarithm(.natural, offset: 1e-6))
    case "mel-htk-double":
      parameters.spectrum = SpectrumParameters(padding: .zero, precision: .double)
      parameters.scale = .htk
      parameters.area = .height
    case "mel-log10":
      parameters.spectrum = SpectrumParameters(transformLength: 512, hop: 256, padding: .zero)
      parameters.bands = 96
      parameters.scaling = .logarithm(Logarithm(.decimal, factor: 10_000, offset: 1))
    case "torchaudio-mel":
      parameters.spectrum = SpectrumParameters(transformLength: 1_024, hop: 512, precision: .double)
      parameters.bands = 64
      parameters.scale = .htk
      parameters.area = .height
      parameters.filterArithmetic = .single
    case "torchaudio-mel-slaney":
      parameters.spectrum = SpectrumParameters(
        transformLength: 1_024, windowLength: 600, hop: 200, window: Window(.blackman))
      parameters.bands = 40
      parameters.filterArithmetic = .single
      parameters.minimumFrequency = 30
      parameters.power = .magnitude
      parameters.scaling = .decibel(Decibels(floor: 1e-10))
    default: break
    }
    return parameters
  }

  private static func cepstrum(_ name: String) throws -> CepstrumPicture {
    var parameters = CepstrumParameters()
    parameters.mel.spectrum = SpectrumParameters(padding: .zero, precision: .double)
    parameters.derivatives = 2
    if name == "mfcc-lifter" {
      parameters.mel.spectrum = SpectrumParameters(
        transformLength: 1_024, hop: 256, precision: .double)
      parameters.mel.bands = 40
      parameters.mel.scale = .htk
      parameters.coefficients = 13
      parameters.lifter = 22
      parameters.derivatives = 1
      parameters.derivativeWidth = 5
    }
    return try CepstrumPicture(parameters)
  }

  private static func spectrogram(_ name: String) throws -> SpectrogramPicture {
    var parameters = SpectrogramParameters()
    parameters.spectrum = SpectrumParameters(padding: .zero)
    parameters.power = .magnitude
    if name == "spectrogram-decibel" {
      parameters.spectrum = SpectrumParameters(transformLength: 1_000, hop: 250, padding: .zero)
      parameters.power = .power
      parameters.scaling = .decibel(Decibels())
    }
    if name == "spectrogram-decibel-double" {
      parameters.spectrum = SpectrumParameters(padding: .zero, precision: .double)
      parameters.power = .power
      parameters.scaling = .decibel(Decibels())
    }
    return try SpectrogramPicture(parameters)
  }

  private static func chroma(_ name: String) throws -> ChromaPicture {
    var parameters = ChromaParameters()
    parameters.spectrum = SpectrumParameters(padding: .zero, precision: .double)
    if name == "chroma-tuned" {
      parameters.spectrum = SpectrumParameters(
        transformLength: 4_096, hop: 1_024, padding: .zero, precision: .double)
      parameters.classes = 24
      parameters.tuning = 0.25
    }
    return try ChromaPicture(parameters)
  }
}
