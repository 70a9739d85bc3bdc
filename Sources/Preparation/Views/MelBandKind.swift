internal import Corpus
public import SignalKit

/// A kind that is made of mel bands.
public protocol MelBandKind: SpectrumKind, ScaledKind {
  /// The filters.
  var filters: MelFilterSettings { get set }
}

/// The filters of a view, as recipes say them; see ``SignalKit/MelParameters``.
public struct MelFilterSettings: Sendable, Hashable {
  /// How many mel bands (`n_mels`).
  public var bands = 128
  /// The lowest frequency in hertz (`fmin`).
  public var minimumFrequency = 0.0
  /// The highest frequency in hertz (`fmax`); half the sample rate where it is nil.
  public var maximumFrequency: Double?
  /// The scale on which the bands are evenly spaced (`htk`).
  public var scale = MelScale.slaney
  /// What the filters are scaled to (`norm`).
  public var area = MelFilterBank.Area.equal
  /// In what the sides of the filters are straight.
  public var slopes = MelFilterBank.Slopes.hertz
  /// How exactly the filters are computed.
  public var filterArithmetic = SpectrumParameters.Precision.double

  /// The defaults are librosa's.
  public init() {}
}

extension MelBandKind {
  /// The parameters of ``filters``.
  static var filterParameters: [ViewParameter<Self>] {
    [
      .integer("bands", \.filters.bands, 1...4_096, "mel bands (n_mels)"),
      .number(
        "minimumFrequency", \.filters.minimumFrequency, 0...192_000, "lowest frequency in Hz (fmin)"
      ),
      .number(
        "maximumFrequency", \.filters.maximumFrequency, 0...192_000,
        "highest frequency in Hz (fmax); left out: half the sample rate"),
      .choice(
        "scale", \.filters.scale, "the scale on which bands are evenly spaced (htk)"
      ).hiddenByDefault,
      .choice(
        "area", \.filters.area,
        "whether filters have an equal area (norm=\"slaney\") or the height 1 (norm=None)"
      ).hiddenByDefault,
      .choice(
        "slopes", \.filters.slopes, "whether the filters' sides are straight in Hz or in mel"
      ).hiddenByDefault,
      .choice(
        "filterArithmetic", \.filters.filterArithmetic,
        "how exactly the filters are computed: double as by librosa, single as by torchaudio"
      ).hiddenByDefault,
    ]
  }

  func melParameters(_ context: ViewContext) -> MelParameters {
    var parameters = MelParameters()
    parameters.sampleRate = Double(context.sampleRate)
    parameters.spectrum = spectrum.parameters(context)
    parameters.bands = filters.bands
    parameters.minimumFrequency = filters.minimumFrequency
    parameters.maximumFrequency = filters.maximumFrequency
    parameters.scale = filters.scale
    parameters.area = filters.area
    parameters.slopes = filters.slopes
    parameters.filterArithmetic = filters.filterArithmetic
    parameters.power = scaling.spectrumPower
    parameters.scaling = scaling.spectrumScaling
    return parameters
  }

  /// Frequency: the middles of the bands, the lowest first.
  func frequencyAxis(_ context: ViewContext) -> ViewAxis {
    let scale = filters.scale
    let low = scale.mel(ofHertz: filters.minimumFrequency)
    let high = scale.mel(ofHertz: filters.maximumFrequency ?? Double(context.sampleRate) / 2)
    let centres = (1...filters.bands).map {
      scale.hertz(ofMel: low + (high - low) * Double($0) / Double(filters.bands + 1))
    }
    return ViewAxis(.frequency(.listed(centres)), count: filters.bands)
  }

  /// Refuses what cannot be, and frequencies above half the sample rate.
  func checkBands(_ context: ViewContext) throws(ViewFault) {
    try checkPicture(context)
    try checkScaling()
    let limit = Double(context.sampleRate) / 2
    try ViewFault.require(
      filters.maximumFrequency ?? limit <= limit, "maximumFrequency",
      "is \(filters.maximumFrequency ?? limit)",
      hint: "use at most \(limit), half the sample rate")
  }

  /// Warns of filters that hold no frequency bin.
  public func warnings(_ context: ViewContext) -> [String] {
    guard let bank = try? melParameters(context).filterBank() else { return [] }
    let empty = bank.lengths.count { $0 == 0 }
    guard empty > 0 else { return [] }
    return [
      "\(empty) of \(filters.bands) mel filters are narrower than a frequency bin, "
        + "\(context.sampleRate) Hz / \(spectrum.transformLength), and stay empty; use fewer bands or "
        + "a larger transformLength"
    ]
  }
}
