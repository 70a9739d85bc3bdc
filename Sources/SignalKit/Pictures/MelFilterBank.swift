internal import CKernels

/// Triangular filters, evenly spaced on a mel scale, kept as the runs of weights that are not zero
/// (about two per frequency bin, a thirtieth of the full matrix).
///
/// `librosa.filters.mel(sr, n_fft, n_mels, fmin, fmax, htk=False, norm="slaney")` unless said
/// otherwise.
public struct MelFilterBank: Sendable, Hashable {
  /// How many filters.
  public let count: Int
  /// The first frequency bin of each filter.
  public let starts: [Int32]
  /// How many bins each filter spans; 0 for a filter narrower than a bin.
  public let lengths: [Int32]
  /// The weights of all filters, one after the other.
  public let weights: [Float]

  /// - Parameters:
  ///   - sampleRate: in hertz.
  ///   - transformLength: samples in a frame (`n_fft`), 2 ... 65,536.
  ///   - count: how many filters (`n_mels`), 1 ... 4,096.
  ///   - minimum: the lowest frequency in hertz.
  ///   - maximum: the highest frequency in hertz.
  ///   - scale: the scale on which the filters are evenly spaced (`htk`).
  ///   - area: what the filters are scaled to (`norm`).
  ///   - slopes: in what the sides of the triangles are straight.
  ///   - arithmetic: double as librosa, or single as `torchaudio.functional.melscale_fbanks`.
  /// - Throws: `SignalError` where a value is out of range.
  public init(
    sampleRate: Double, transformLength: Int, count: Int, minimum: Double = 0, maximum: Double,
    scale: MelScale = .slaney, area: Area = .equal, slopes: Slopes = .hertz,
    arithmetic: SpectrumParameters.Precision = .double
  ) throws(SignalError) {
    guard count >= 1, count <= 4_096 else {
      throw SignalError("\(count) mel filters", "must be 1 to 4,096", hint: "128 is usual")
    }
    guard transformLength >= 2, transformLength <= 65_536 else {
      throw SignalError(
        "mel filters for frames of \(transformLength) samples", "must be 2 to 65,536",
        hint: "2,048 is usual")
    }
    guard minimum >= 0, maximum > minimum, maximum.isFinite, sampleRate > 0, sampleRate.isFinite
    else {
      throw SignalError(
        "mel filters from \(minimum) to \(maximum) Hz at \(sampleRate) Hz", "is no frequency range",
        hint: "give 0 ≤ minimum < maximum ≤ half the sample rate")
    }
    let (lowest, highest) = (scale.mel(ofHertz: minimum), scale.mel(ofHertz: maximum))
    let runs: [(first: Int, weights: [Float])]
    switch arithmetic {
    case .double:
      let triangles = MelTriangles<Double>(
        from: lowest, to: highest, count: count, scale: scale, slopes: slopes,
        sampleRate: sampleRate, transformLength: transformLength)
      runs = (0..<count).map { triangles.run(of: $0, area) }
    case .single:
      let triangles = MelTriangles<Float>(
        from: lowest, to: highest, count: count, scale: scale, slopes: slopes,
        sampleRate: sampleRate, transformLength: transformLength)
      runs = (0..<count).map { triangles.run(of: $0, area) }
    }
    self.count = count
    starts = runs.map { Int32($0.first) }
    lengths = runs.map { Int32($0.weights.count) }
    weights = runs.flatMap(\.weights)
  }

  /// Bytes of its tables and buffers.
  var byteCount: Int { starts.byteCount + lengths.byteCount + weights.byteCount }

  /// What filters are scaled to.
  public enum Area: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every triangle has area 1 in hertz: `norm="slaney"`.
    case equal
    /// Every triangle has height 1: `norm=None`.
    case height
  }

  /// In what the sides of the triangles are straight.
  public enum Slopes: String, Sendable, Hashable, Codable, CaseIterable {
    /// In hertz: librosa, torchaudio.
    case hertz
    /// In mel: TensorFlow's `linear_to_mel_weight_matrix`, VGGish, Kaldi.
    case mel
  }

  /// Applies every filter to the sixteen frames of a block (see CKernels) and writes row m at
  /// `output + m × stride`. `squared`: the block holds magnitudes, the filters want power.
  func apply(
    to block: UnsafePointer<Float>, squared: Bool, output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    lathe_filter_bank(
      block, squared ? 1 : 0, starts, lengths, weights, count, output, stride)
  }
}
