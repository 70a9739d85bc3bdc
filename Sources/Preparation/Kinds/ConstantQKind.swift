internal import Corpus
internal import DatasetCache
public import SignalKit
internal import Wording

/// Constant-Q pictures of slices, frequencies evenly spaced in octaves: `abs(librosa.cqt(y))`; see
/// ``SignalKit/ConstantQPicture``.
public struct ConstantQKind: ViewKind, ScaledKind {
  /// What the pictures are made with; its sample rate is the recipe's, its tuning and scaling are
  /// those beside it.
  public var parameters = ConstantQParameters()
  /// How far the music is tuned away, in bins.
  public var tuning = 0.0
  /// Whether that is estimated of each slice.
  public var estimatesTuning = false
  /// What becomes of the magnitudes.
  public var scaling: ScalingSettings

  /// The defaults are librosa's: magnitudes.
  public init() {
    scaling = ScalingSettings()
    scaling.power = 1
    scaling.function = .none
  }

  /// `constant-q`
  public static let name = "constant-q"
  /// What it gives.
  public static let summary = "constant-Q spectrograms, frequencies evenly spaced in octaves"
  /// As `librosa.cqt` has them.
  public static let parameters: [ViewParameter<ConstantQKind>] =
    [
      .integer("bins", \.parameters.bins, 1...1_024, "frequencies (n_bins)"),
      .integer(
        "binsPerOctave", \.parameters.binsPerOctave, 1...192,
        "frequencies an octave (bins_per_octave)"),
      .number(
        "minimumFrequency", \.parameters.minimumFrequency, 1...192_000,
        "lowest frequency in Hz (fmin)"),
      .integer(
        "hop", \.parameters.hop, 1...65_536,
        "samples between frames (hop_length); multiples of 2^(octaves - 1) are the fastest"),
      .number("tuning", \.tuning, -1...1, "tuning in bins (tuning)"),
      .flag(
        "estimatesTuning", \.estimatesTuning,
        "whether the tuning is estimated of each slice (tuning=None)"
      ).hiddenByDefault,
      .number(
        "filterScale", \.parameters.filterScale, 0.01...100,
        "length of wavelets; 1 is as long as the spacing of frequencies asks for (filter_scale)"
      ).hiddenByDefault,
      .choice("window", \.parameters.window, "what wavelets are multiplied by (window)")
        .hiddenByDefault,
      .choice(
        "norm", \.parameters.norm,
        "what of a wavelet is 1: sum (norm=1), energy (norm=2), maximum (norm=inf) or none"
      ).hiddenByDefault,
      .number(
        "sparsity", \.parameters.sparsity, 0...0.99,
        "share of a wavelet's spectrum that is left out, its least parts (sparsity)"
      ).hiddenByDefault,
      .flag(
        "isScaledByLength", \.parameters.isScaledByLength,
        "whether values are divided by the root of their wavelet's length (scale)"
      ).hiddenByDefault,
      .choice("padding", \.parameters.padding, "what stands outside a slice (pad_mode)")
        .hiddenByDefault,
    ] + scalingParameters

  /// None, if not said otherwise.
  public var unit: String { scaling.unit }

  /// Frequency, the lowest first, and time.
  public func axes(_ context: ViewContext) -> [ViewAxis] {
    let parameters = parameters(context)
    return [
      ViewAxis(.frequency(.listed(parameters.frequencies)), count: parameters.bins),
      ViewAxis(
        .time(start: 0, step: Double(parameters.hop) / parameters.sampleRate),
        count: context.sliceLength.map(parameters.frames(samples:))),
    ]
  }

  /// Refuses frequencies above half the sample rate, and wavelets that cannot be.
  public func check(_ context: ViewContext) throws(ViewFault) {
    try ViewFault.require(
      !estimatesTuning || tuning == 0, "tuning", "is \(tuning), and estimatesTuning is true",
      hint: "use one of the two")
    try checkScaling()
    let parameters = parameters(context)
    let (fitting, highest) = (parameters.fittingBins, Words.fixed(parameters.highestReach, 0))
    try ViewFault.require(
      fitting == parameters.bins, fitting > 0 ? "bins" : "minimumFrequency",
      "is \(fitting > 0 ? "\(parameters.bins)" : "\(parameters.minimumFrequency)"), with which the "
        + "highest bin reaches up to \(highest) Hz, above half the sample rate, "
        + "\(Words.fixed(parameters.sampleRate / 2, 0)) Hz",
      hint: fitting > 0
        ? "use at most \(fitting) bins, or a lower minimumFrequency"
        : "use a lower minimumFrequency")
    do throws(SignalError) { _ = try ConstantQPicture(parameters) } catch {
      throw ViewFault("", "\(error.subject) \(error.detail)", hint: error.hint)
    }
  }

  /// Warns of wavelets that no slice holds.
  public func warnings(_ context: ViewContext) -> [String] {
    let parameters = parameters(context)
    guard let length = context.sliceLength else { return [] }
    let lengths = parameters.waveletLengths
    let longer = lengths.count { $0 > Double(length) }
    guard longer > 0 else { return [] }
    return [
      "\(longer) of \(Words.counted(parameters.bins, "wavelet")) "
        + "\(longer == 1 ? "is" : "are") longer than a slice of \(Words.count(length)) samples, the "
        + "longest \(Words.fixed(lengths[0], 0)): their values come in part from what stands around it; "
        + "use longer slices, a higher minimumFrequency or a smaller filterScale"
    ]
  }

  /// - Throws: `SignalError` where the parameters cannot be.
  public func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    try Computer(parameters(context))
  }

  private func parameters(_ context: ViewContext) -> ConstantQParameters {
    var parameters = parameters
    parameters.sampleRate = Double(context.sampleRate)
    parameters.tuning = estimatesTuning ? .estimated : .given(tuning)
    parameters.power = scaling.spectrumPower
    parameters.scaling = scaling.spectrumScaling
    return parameters
  }

  private final class Computer: PictureComputer {
    private var picture: ConstantQPicture

    init(_ parameters: ConstantQParameters) throws(SignalError) {
      picture = try ConstantQPicture(parameters)
    }

    var byteCount: Int { picture.byteCount }

    var tensorName: String { ConstantQKind.name }

    func shape(samples: Int) -> [Int] {
      [picture.parameters.bins, picture.frames(samples: samples)]
    }

    func write(
      _ slice: Span<Float>, to output: inout MutableSpan<Float>
    ) throws(SignalError) { try picture.write(slice, to: &output) }
  }
}
