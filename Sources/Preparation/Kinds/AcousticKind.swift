internal import Corpus
public import DatasetCache
internal import Safetensors
public import SignalKit

/// The acoustic fingerprint of each whole track, by which near-duplicates are found. Every cache has it,
/// whatever its recipe names.
public struct AcousticKind: ViewKind {
  /// A fingerprint has no parameters.
  public init() {}

  /// `acoustic`
  public static let name = Cache.neighboursView.rawValue
  /// What it gives.
  public static let summary = "acoustic fingerprints, by which copies are found"
  /// None.
  public static let parameters: [ViewParameter<AcousticKind>] = []
  /// The program makes it by itself.
  public static let isForRecipes = false

  /// No trainer reads it.
  public var form: ViewFacts.Form { .track }
  /// A few words a second.
  public func axes(_ context: ViewContext) -> [ViewAxis] { [] }

  /// - Throws: `SignalError` where the sample rate is out of range.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try Computer(Double(context.sampleRate))
  }

  private final class Computer: ViewComputer {
    private var fingerprinter: AcousticFingerprinter

    init(_ rate: Double) throws(SignalError) {
      fingerprinter = try AcousticFingerprinter(sampleRate: rate)
    }

    var byteCount: Int { fingerprinter.byteCount }

    func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
      AcousticTensors.tensors(of: fingerprinter.fingerprint(of: track.floats.span))
    }
  }
}

extension View {
  /// The view of acoustic fingerprints.
  public static let acoustic = View(of: AcousticKind.self)
}
