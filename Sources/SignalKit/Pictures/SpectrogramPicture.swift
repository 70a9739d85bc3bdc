/// What a spectrogram is made with.
public struct SpectrogramParameters: Sendable, Hashable {
  /// The transform.
  public var spectrum = SpectrumParameters()
  /// Magnitudes or powers.
  public var power = SpectrumPower.power
  /// What becomes of them.
  public var scaling = SpectrumScaling.linear

  /// Powers of librosa's transform.
  public init() {}
}

/// Spectrograms: a row a frequency, 0 Hz first, transformLength / 2 + 1 rows of frames.
///
/// Equal to `abs(librosa.stft(...)) ** power`, with decibels to `librosa.power_to_db` or
/// `librosa.amplitude_to_db` of it, and to `torchaudio.transforms.Spectrogram`.
public final class SpectrogramPicture: SpectrumPicture {
  /// What the pictures are made with.
  public let parameters: SpectrogramParameters
  private var matrix: PictureMatrix

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: SpectrogramParameters) throws(SignalError) {
    try parameters.scaling.check(parameters.power)
    self.parameters = parameters
    matrix = PictureMatrix(rows: parameters.spectrum.bins)
  }

  /// The transform that the pictures are made of.
  public var spectrum: SpectrumParameters { parameters.spectrum }
  /// Frequencies.
  public var rows: Int { parameters.spectrum.bins }

  /// Bytes of its tables and buffers.
  public var byteCount: Int { matrix.byteCount }

  /// Forgets what was added, and makes room for `frames` frames.
  public func begin(frames: Int) { matrix.begin(frames: frames) }

  /// Adds the next sixteen frames.
  public func add(_ group: inout SpectrumGroup) {
    matrix.put(group.block(of: parameters.power.quantity), group: group.index)
  }

  /// Writes the picture of what was added.
  ///
  /// - Throws: `SignalError` where `output` has another size.
  public func finish(to output: inout MutableSpan<Float>) throws(SignalError) {
    parameters.scaling.apply(parameters.power, to: matrix.base, count: matrix.count)
    try matrix.write(to: &output)
  }
}

/// Makes spectrograms of a transform of their own.
public typealias FrequencySpectrogram = SignalPicture<SpectrogramPicture>

extension SignalPicture where Picture == SpectrogramPicture {
  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: SpectrogramParameters) throws(SignalError) {
    try self.init(of: SpectrogramPicture(parameters))
  }
}
