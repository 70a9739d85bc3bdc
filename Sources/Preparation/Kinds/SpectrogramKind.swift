internal import Corpus
public import SignalKit

/// Spectrograms of slices: `librosa.power_to_db(abs(librosa.stft(y)) ** 2)`; see
/// ``SignalKit/SpectrogramPicture``.
public struct SpectrogramKind: ViewKind, SpectrumKind, ScaledKind {
  /// The transform.
  public var spectrum = SpectrumSettings()
  /// What becomes of it.
  public var scaling = ScalingSettings()

  /// The defaults are librosa's.
  public init() {}

  /// `spectrogram`
  public static let name = "spectrogram"
  /// What it gives.
  public static let summary = "spectrograms of slices: every frequency of the transform"
  /// As `librosa.stft` has them.
  public static let parameters: [ViewParameter<SpectrogramKind>] =
    spectrumParameters + scalingParameters

  /// Decibels, if not said otherwise.
  public var unit: String { scaling.unit }

  /// Frequency, 0 Hz first, and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let step = Double(context.sampleRate) / Double(spectrum.transformLength)
    return [
      ViewAxis(
        .frequency(.even(start: 0, step: step)), count: spectrum.parameters(context).bins),
      timeAxis(context),
    ]
  }

  /// Refuses a transform that cannot be.
  public func check(_ context: ViewContext) throws(ViewFault) {
    try checkPicture(context)
    try checkScaling()
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makePicture(_ context: ViewContext) throws(SignalError) -> any SpectrumPicture {
    var parameters = SpectrogramParameters()
    parameters.spectrum = spectrum.parameters(context)
    parameters.power = scaling.spectrumPower
    parameters.scaling = scaling.spectrumScaling
    return try SpectrogramPicture(parameters)
  }
}
