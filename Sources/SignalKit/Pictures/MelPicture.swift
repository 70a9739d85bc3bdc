internal import CKernels

/// What a mel picture is made with. The defaults are those of `librosa.feature.melspectrogram` and
/// `librosa.power_to_db`.
public struct MelParameters: Sendable, Hashable {
  /// In hertz.
  public var sampleRate = 22_050.0
  /// The transform (`n_fft`, `win_length`, `hop_length`, `window`, `center`, `pad_mode`).
  public var spectrum = SpectrumParameters()
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
  /// Whether the bands sum magnitudes or powers (`power`).
  public var power = SpectrumPower.power
  /// What becomes of the sums.
  public var scaling = SpectrumScaling.decibel(Decibels())

  /// The defaults.
  public init() {}

  /// The filters.
  ///
  /// - Throws: `SignalError` where a parameter of theirs is out of range.
  public func filterBank() throws(SignalError) -> MelFilterBank {
    try MelFilterBank(
      sampleRate: sampleRate, transformLength: spectrum.transformLength, count: bands,
      minimum: minimumFrequency, maximum: maximumFrequency ?? sampleRate / 2, scale: scale,
      area: area, slopes: slopes, arithmetic: filterArithmetic)
  }
}

/// Mel pictures: `bands` rows of frames, lowest band first.
///
/// Equal to `librosa.power_to_db(librosa.feature.melspectrogram(...))` and, with `filterArithmetic: .single`, to
/// `torchaudio.transforms.MelSpectrogram` of the same parameters. With `slopes: .mel`,
/// `scale: .htk`, `area: .height`, `power: .magnitude` and frames of whole windows it is the front
/// end of VGGish.
public final class MelPicture: SpectrumPicture {
  /// What the pictures are made with.
  public let parameters: MelParameters
  private let bank: MelFilterBank
  private var matrix: PictureMatrix

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: MelParameters) throws(SignalError) {
    try parameters.scaling.check(parameters.power)
    bank = try parameters.filterBank()
    self.parameters = parameters
    matrix = PictureMatrix(rows: parameters.bands)
  }

  /// The transform that the pictures are made of.
  public var spectrum: SpectrumParameters { parameters.spectrum }
  /// Bands.
  public var rows: Int { parameters.bands }

  /// Bytes of its tables and buffers.
  public var byteCount: Int { bank.byteCount + matrix.byteCount }

  /// Forgets what was added, and makes room for `frames` frames.
  public func begin(frames: Int) { matrix.begin(frames: frames) }

  /// Adds the next sixteen frames.
  public func add(_ group: inout SpectrumGroup) {
    bank.apply(
      to: group.block(of: parameters.power.quantity), squared: false,
      output: matrix.group(group.index), stride: matrix.stride)
  }

  /// Writes the picture of what was added.
  ///
  /// - Throws: `SignalError` where `output` has another size.
  public func finish(to output: inout MutableSpan<Float>) throws(SignalError) {
    scale()
    try matrix.write(to: &output)
  }

  /// Scales what was added, in place: what is made of the bands reads them at
  /// ``withBands(_:)`` then.
  func scale() {
    parameters.scaling.apply(parameters.power, to: matrix.base, count: matrix.count)
  }

  /// Calls `body` with the first row and the distance between rows.
  func withBands(_ body: (UnsafePointer<Float>, Int) -> Void) {
    body(UnsafePointer(matrix.base), matrix.stride)
  }
}

/// Makes mel pictures of a transform of their own.
///
/// One value serves one thread; it owns its plan and its buffers and allocates nothing per picture.
public typealias MelSpectrogram = SignalPicture<MelPicture>

extension SignalPicture where Picture == MelPicture {
  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: MelParameters) throws(SignalError) {
    try self.init(of: MelPicture(parameters))
  }

  /// What the pictures are made with.
  public var parameters: MelParameters { picture.parameters }
}
