internal import Corpus
public import SignalKit

/// Pitch classes of slices: `librosa.feature.chroma_stft`; see ``SignalKit/ChromaPicture``.
public struct ChromaKind: ViewKind, SpectrumKind {
  /// The transform; in double precision if not said otherwise, since an estimated tuning can turn on the last
  /// bit of a magnitude.
  public var spectrum: SpectrumSettings
  /// How many pitch classes an octave has (`n_chroma`).
  public var classes = 12
  /// How far the music is tuned from A = 440 Hz, in fractions of a class (`tuning`); estimated of each slice
  /// where it is nil.
  public var tuning: Double?

  /// The defaults are librosa's.
  public init() {
    spectrum = SpectrumSettings()
    spectrum.arithmetic = .double
  }

  /// `chroma`
  public static let name = "chroma"
  /// What it gives.
  public static let summary = "pitch classes of slices, the loudest of each frame scaled to 1"
  /// As `librosa.feature.chroma_stft` has them.
  public static let parameters: [ViewParameter<ChromaKind>] =
    [
      .integer("classes", \.classes, 1...96, "pitch classes an octave (n_chroma)"),
      .number(
        "tuning", \.tuning, -1...1,
        "tuning in classes away from A = 440 Hz (tuning); left out: estimated of each slice"),
    ] + spectrumParameters

  /// Pitch classes, C first where there are twelve, and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    [ViewAxis(SampleAxis("pitch class"), count: classes), timeAxis(context)]
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makePicture(_ context: ViewContext) throws(SignalError) -> any SpectrumPicture {
    var parameters = ChromaParameters()
    parameters.sampleRate = Double(context.sampleRate)
    parameters.spectrum = spectrum.parameters(context)
    parameters.classes = classes
    parameters.tuning = tuning
    parameters.profile = context.profile
    return try ChromaPicture(parameters)
  }
}
