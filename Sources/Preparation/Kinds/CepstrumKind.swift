internal import Corpus
public import SignalKit

/// Mel-frequency cepstral coefficients of slices and their derivatives: `librosa.feature.mfcc` and `.delta`;
/// see ``SignalKit/CepstrumPicture``.
public struct CepstrumKind: ViewKind, MelBandKind {
  /// The transform; in double precision if not said otherwise (see ``SignalKit/CepstrumParameters/mel``). In
  /// single precision it is the one that a `mel` view has, and shared with it.
  public var spectrum: SpectrumSettings
  /// The filters.
  public var filters = MelFilterSettings()
  /// What becomes of their sums.
  public var scaling = ScalingSettings()
  /// How many coefficients (`n_mfcc`).
  public var coefficients = 20
  /// The length of the lifter (`lifter`); 0 for none.
  public var lifter = 0.0
  /// How many derivatives along time follow the coefficients.
  public var derivatives = 0
  /// Frames that a derivative is taken of (`width`).
  public var derivativeWidth = 9

  /// The defaults are librosa's.
  public init() {
    spectrum = SpectrumSettings()
    spectrum.arithmetic = .double
  }

  /// `mfcc`
  public static let name = "mfcc"
  /// What it gives.
  public static let summary = "mel-frequency cepstral coefficients of slices, with deltas at will"
  /// As `librosa.feature.mfcc` has them.
  public static let parameters: [ViewParameter<CepstrumKind>] =
    [
      .integer(
        "coefficients", \.coefficients, 1...4_096, "coefficients (n_mfcc), at most the bands"),
      .number("lifter", \.lifter, 0...1e6, "length of the lifter (lifter); 0 is none"),
      .integer("derivatives", \.derivatives, 0...2, "1 adds deltas, 2 deltas and delta-deltas"),
      .integer(
        "derivativeWidth", \.derivativeWidth, 3...1_023, "frames of a derivative (width); odd"),
    ] + spectrumParameters + filterParameters + scalingParameters

  /// Coefficients, then as many of each derivative; and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    [
      ViewAxis(SampleAxis("coefficient"), count: coefficients * (1 + derivatives)),
      timeAxis(context),
    ]
  }

  /// Refuses what cannot be, frequencies above half the sample rate, and slices too short for a derivative.
  public func check(_ context: ViewContext) throws(ViewFault) {
    try checkBands(context)
    guard derivatives > 0, let frames = frames(context) else { return }
    try ViewFault.require(
      frames >= derivativeWidth, "derivativeWidth",
      "is \(derivativeWidth), and a slice has \(frames) frames",
      hint: "use at most \(frames), longer slices or a shorter hop")
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makePicture(_ context: ViewContext) throws(SignalError) -> any SpectrumPicture {
    var parameters = CepstrumParameters()
    parameters.mel = melParameters(context)
    parameters.coefficients = coefficients
    parameters.lifter = lifter
    parameters.derivatives = derivatives
    parameters.derivativeWidth = derivativeWidth
    return try CepstrumPicture(parameters)
  }
}
