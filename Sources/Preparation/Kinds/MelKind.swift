internal import Corpus
public import SignalKit

/// Log-mel pictures of slices: `librosa.power_to_db(librosa.feature.melspectrogram(y))` and its dialects;
/// see ``SignalKit/MelPicture``.
@dynamicMemberLookup
public struct MelKind: ViewKind, MelBandKind {
  /// The transform.
  public var spectrum = SpectrumSettings()
  /// The filters.
  public var filters = MelFilterSettings()
  /// What becomes of their sums.
  public var scaling = ScalingSettings()

  /// The defaults are librosa's.
  public init() {}

  /// `mel`
  public static let name = "mel"
  /// What it gives.
  public static let summary = "log-mel spectrograms of slices"
  /// As `librosa.feature.melspectrogram` has them.
  public static let parameters: [ViewParameter<MelKind>] =
    spectrumParameters + filterParameters + scalingParameters

  /// Decibels, if not said otherwise.
  public var unit: String { scaling.unit }

  /// Frequency, the lowest band first, and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    [frequencyAxis(context), timeAxis(context)]
  }

  /// Refuses a transform that cannot be, and frequencies above half the sample rate.
  public func check(_ context: ViewContext) throws(ViewFault) { try checkBands(context) }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makePicture(_ context: ViewContext) throws(SignalError) -> any SpectrumPicture {
    try MelPicture(melParameters(context))
  }

  /// A parameter of the transform.
  public subscript<Value>(dynamicMember path: WritableKeyPath<SpectrumSettings, Value>) -> Value {
    get { spectrum[keyPath: path] }
    set { spectrum[keyPath: path] = newValue }
  }

  /// A parameter of the filters.
  public subscript<Value>(dynamicMember path: WritableKeyPath<MelFilterSettings, Value>) -> Value {
    get { filters[keyPath: path] }
    set { filters[keyPath: path] = newValue }
  }

  /// A parameter of the scaling.
  public subscript<Value>(dynamicMember path: WritableKeyPath<ScalingSettings, Value>) -> Value {
    get { scaling[keyPath: path] }
    set { scaling[keyPath: path] = newValue }
  }
}
