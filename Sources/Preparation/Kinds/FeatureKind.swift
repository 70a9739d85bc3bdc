internal import Corpus
internal import Safetensors
public import SignalKit

/// The 57 features of the public GTZAN tables, of each slice: see ``SignalKit/FeatureExtractor``.
public struct FeatureKind: ViewKind {
  /// The features have no parameters but the profile.
  public init() {}

  /// `features`
  public static let name = "features"
  /// What it gives.
  public static let summary = "57 features of a slice, as in the public GTZAN tables"
  /// None.
  public static let parameters: [ViewParameter<FeatureKind>] = []
  /// librosa's numbers depend on its version.
  public static let usesProfile = true

  /// The names of the features.
  public var columns: [String] { FeatureVector.names }

  /// One axis, of the features.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    [ViewAxis(SampleAxis("feature"), count: FeatureVector.names.count)]
  }

  /// - Throws: `SignalError` where the sample rate is out of range.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try Computer(context)
  }

  private final class Computer: ViewComputer {
    private var extractor: FeatureExtractor

    init(_ context: ViewContext) throws(SignalError) {
      extractor = try FeatureExtractor(
        profile: context.profile, sampleRate: Double(context.sampleRate))
    }

    var byteCount: Int { extractor.byteCount }

    func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
      var rows: [Float] = []
      rows.reserveCapacity(slices.count * FeatureVector.names.count)
      for slice in slices {
        rows += try extractor.features(of: track.floats.span.extracting(slice.range)).values
      }
      return [Tensor("features", shape: [slices.count, FeatureVector.names.count], rows)]
    }
  }
}
