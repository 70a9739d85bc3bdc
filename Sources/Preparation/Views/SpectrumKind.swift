public import Corpus
public import SignalKit

/// A kind whose samples are pictures of a short-time Fourier transform: mel bands, cepstra, pitch
/// classes. Views of one recipe that need the same transform of the same slices share it
/// (``SharedSpectra``).
public protocol SpectrumKind: ViewKind {
  /// The transform, as recipes say it.
  var spectrum: SpectrumSettings { get set }
  /// What makes the pictures, on one thread.
  ///
  /// - Throws: `SignalError` where the parameters cannot be.
  func makePicture(_ context: ViewContext) throws(SignalError) -> any SpectrumPicture
}

/// What a view's transform is made with, as recipes say it; see ``SignalKit/SpectrumParameters``.
public struct SpectrumSettings: Sendable, Hashable {
  /// Samples that are transformed (`n_fft`).
  public var transformLength = 2_048
  /// Samples between frames (`hop_length`).
  public var hop = 512
  /// Samples under the window (`win_length`); all of the transform where it is nil.
  public var windowLength: Int?
  /// What a frame is multiplied by.
  public var window = Window.Shape.hann
  /// Whether the window's period is its length.
  public var windowIsPeriodic = true
  /// Where the frames lie in a slice.
  public var framing = SpectrumParameters.Framing.centred
  /// What stands outside the slice; what the recipe's profile has there where it is nil.
  public var padding: Padding?
  /// How exactly the transform is computed.
  public var arithmetic = SpectrumParameters.Precision.single

  /// The defaults are librosa's.
  public init() {}

  func parameters(_ context: ViewContext) -> SpectrumParameters {
    SpectrumParameters(
      transformLength: transformLength, windowLength: windowLength, hop: hop,
      window: Window(window, isPeriodic: windowIsPeriodic), framing: framing,
      padding: padding ?? context.profile.padding, precision: arithmetic)
  }
}

extension SpectrumKind {
  /// The parameters of ``spectrum``.
  static var spectrumParameters: [ViewParameter<Self>] {
    [
      .integer(
        "transformLength", \.spectrum.transformLength, 2...65_536,
        "samples that are transformed (n_fft)"),
      .integer("hop", \.spectrum.hop, 1...65_536, "samples between frames (hop_length)"),
      .integer(
        "windowLength", \.spectrum.windowLength, 1...65_536,
        "samples under the window, in the middle of the transform (win_length); left out: all"
      ).hiddenByDefault,
      .choice("window", \.spectrum.window, "what a frame is multiplied by").hiddenByDefault,
      .flag(
        "windowIsPeriodic", \.spectrum.windowIsPeriodic,
        "whether the window's period is its length, or one less"
      ).hiddenByDefault,
      .choice(
        "framing", \.spectrum.framing,
        "where frame t lies: about sample t × hop (center=True), or the transform or the window from there on"
      ).hiddenByDefault,
      .choice(
        "padding", \.spectrum.padding,
        "what stands outside a slice (pad_mode); left out: as the profile has it"
      ).hiddenByDefault,
      .choice(
        "arithmetic", \.spectrum.arithmetic, "how exactly the transform is computed"
      ).hiddenByDefault,
    ]
  }

  /// The padding at the ends depends on librosa's version.
  public static var usesProfile: Bool { true }

  /// Which transform in double precision it is, where it is that: values differ in their last bits from those of
  /// the first.
  public var contents: [String: JSONValue] {
    spectrum.arithmetic == .double ? ["transform": .integer(2)] : [:]
  }

  /// Refuses a transform that cannot be, and slices too short for a frame.
  public func check(_ context: ViewContext) throws(ViewFault) { try checkPicture(context) }

  /// What computes the pictures.
  ///
  /// - Throws: `SignalError` where the parameters cannot be.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try SpectrumComputer(Self.name, makePicture(context))
  }

  func checkPicture(_ context: ViewContext) throws(ViewFault) {
    let frames: Int
    do throws(SignalError) {
      let computer = try SpectrumComputer(Self.name, makePicture(context))
      frames = computer.frames(samples: context.sliceLength ?? context.slices.required)
    } catch {
      throw ViewFault("", "\(error.subject) \(error.detail)", hint: error.hint)
    }
    try ViewFault.require(
      context.sliceLength == nil || frames > 0, "transformLength",
      "is longer than a slice of \(context.sliceLength ?? 0) samples",
      hint: "use longer slices, a shorter transform, or the framing centred")
  }

  /// How many frames a slice has; nil where slices are whole tracks.
  func frames(_ context: ViewContext) -> Int? {
    context.sliceLength.flatMap { try? spectrum.parameters(context).frames(samples: $0) }
  }

  /// Time: the middles of the windows.
  func timeAxis(_ context: ViewContext) -> ViewAxis {
    let rate = Double(context.sampleRate)
    let parameters = spectrum.parameters(context)
    let middle =
      switch parameters.framing {
      case .centred: 0.0
      case .wholeTransforms: Double(parameters.transformLength) / 2
      case .wholeWindows: Double(parameters.windowLength) / 2
      }
    return ViewAxis(
      .time(start: middle / rate, step: Double(spectrum.hop) / rate), count: frames(context))
  }
}
