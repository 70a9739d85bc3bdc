internal import CKernels

/// What chroma is made with. The defaults are those of `librosa.feature.chroma_stft`, but for the padding,
/// which is zeros there since 0.10.
public struct ChromaParameters: Sendable, Hashable {
  /// In hertz.
  public var sampleRate = 22_050.0
  /// The transform. An estimated tuning can turn on the last bit of a magnitude: it equals librosa's
  /// where the precision is double.
  public var spectrum = SpectrumParameters(precision: .double)
  /// How many pitch classes an octave has (`n_chroma`), 1 ... 96.
  public var classes = 12
  /// How far the music is tuned from A = 440 Hz, in fractions of a class; estimated from the signal where
  /// it is nil.
  public var tuning: Double?
  /// Whose estimate of the tuning that is.
  public var profile = Profile.librosa10

  /// The defaults.
  public init() {}
}

/// Chroma: a row a pitch class, C first where there are twelve, each frame's largest class scaled to one.
///
/// `librosa.feature.chroma_stft(y, sr, n_chroma, tuning, norm=inf)`.
public final class ChromaPicture: SpectrumPicture {
  /// What the pictures are made with.
  public let parameters: ChromaParameters
  private var bank: [Float]?
  private var banks: [Int: [Float]] = [:]
  private var tuning: Tuning
  /// The power of all frames, kept until the tuning is known.
  private var blocks = AlignedBuffer<Float>(count: 0)
  private var matrix: PictureMatrix

  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: ChromaParameters) throws(SignalError) {
    guard (1...96).contains(parameters.classes) else {
      throw SignalError(
        "\(parameters.classes) pitch classes", "must be 1 to 96", hint: "12 is usual")
    }
    guard parameters.sampleRate > 0, parameters.sampleRate.isFinite else {
      throw SignalError(
        "sample rate \(parameters.sampleRate) Hz", "is out of range", hint: "22,050 is usual")
    }
    if let tuning = parameters.tuning, !(-1...1).contains(tuning) {
      throw SignalError(
        "tuning \(tuning)", "must be −1 to 1 pitch classes", hint: "leave it out to estimate it")
    }
    _ = try FrameGeometry(parameters.spectrum)
    self.parameters = parameters
    tuning = Tuning(
      profile: parameters.profile, sampleRate: parameters.sampleRate,
      bins: parameters.spectrum.bins,
      classes: parameters.classes)
    matrix = PictureMatrix(rows: parameters.classes)
    bank = parameters.tuning.map(makeBank)
  }

  /// The transform that the pictures are made of.
  public var spectrum: SpectrumParameters { parameters.spectrum }
  /// Pitch classes.
  public var rows: Int { parameters.classes }

  /// Bytes of its tables and buffers.
  public var byteCount: Int {
    (bank?.byteCount ?? 0) + banks.values.reduce(0) { $0 + $1.byteCount } + tuning.byteCount
      + blocks.byteCount + matrix.byteCount
  }

  /// Forgets what was added, and makes room for `frames` frames.
  public func begin(frames: Int) {
    matrix.begin(frames: frames)
    guard bank == nil else { return }
    tuning.begin(frames: frames)
    blocks.reserve(matrix.stride * spectrum.bins)
  }

  /// Adds the next sixteen frames.
  public func add(_ group: inout SpectrumGroup) {
    if let bank {
      fold(group.block(of: .power), bank: bank, group: group.index)
    } else {
      let power = block(group.index)
      let magnitudes = group.magnitudes(below: tuning.reach, writingPowerTo: power)
      tuning.add(block: magnitudes, power: power, count: group.count)
    }
  }

  /// Writes the picture of what was added.
  ///
  /// - Throws: `SignalError` where `output` has another size.
  public func finish(to output: inout MutableSpan<Float>) throws(SignalError) {
    if bank == nil {
      let bank = bank(hundredth: tuning.hundredth())
      for group in 0..<matrix.stride / 16 { fold(block(group), bank: bank, group: group) }
    }
    try matrix.write(to: &output)
  }

  private func block(_ group: Int) -> UnsafeMutablePointer<Float> {
    blocks.base + group * spectrum.bins * 16
  }

  private func fold(_ block: UnsafePointer<Float>, bank: [Float], group: Int) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * 16) { classes in
      guard let base = classes.baseAddress else { return }
      foldChroma(block, of: .power, bins: spectrum.bins, bank: bank, classes: rows, into: base)
      matrix.put(base, group: group)
    }
  }

  private func bank(hundredth: Int) -> [Float] {
    if let known = banks[hundredth] { return known }
    let bank = makeBank(tuning: Tuning.edge(hundredth))
    banks[hundredth] = bank
    return bank
  }

  private func makeBank(tuning: Double) -> [Float] {
    chromaFilterBank(
      sampleRate: parameters.sampleRate, transformLength: spectrum.transformLength,
      tuning: tuning, classes: parameters.classes)
  }
}

/// Makes chroma of a transform of its own.
public typealias Chromagram = SignalPicture<ChromaPicture>

extension SignalPicture where Picture == ChromaPicture {
  /// - Throws: `SignalError` where a parameter is out of range.
  public init(_ parameters: ChromaParameters) throws(SignalError) {
    try self.init(of: ChromaPicture(parameters))
  }
}
