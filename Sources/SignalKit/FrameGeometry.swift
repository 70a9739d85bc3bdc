/// Where the frames of an analysis lie in a signal: frame t of a centred one is centred on sample
/// t × hop, so it covers `length` samples from t × hop − length / 2 on, and the ends are
/// padded.
///
/// This is the frame arithmetic of `librosa.stft(center=True)` and of everything built on it.
/// Analyses that are not centred begin their first frame elsewhere
/// (``SpectrumParameters/Framing``).
public struct FrameGeometry: Sendable, Hashable {
  /// Samples in a frame.
  public let length: Int
  /// Samples between the centres of neighbouring frames.
  public let hop: Int
  /// What stands outside the signal.
  public let padding: Padding
  /// The first sample of the first frame; negative where it begins in the padding.
  private let origin: Int
  /// Samples of the shortest signal that has a frame.
  let required: Int

  /// - Throws: `SignalError` unless `length` is in 2 ... 65,536 and `hop` in 1 ... `length`.
  public init(length: Int, hop: Int, padding: Padding) throws(SignalError) {
    try Self.check(length: length, hop: hop)
    self.length = length
    self.hop = hop
    self.padding = padding
    origin = -(length / 2)
    required = length % 2
  }

  /// The frames of a short-time transform: the samples under its window.
  ///
  /// - Throws: `SignalError` where transform length, window length or hop is out of range.
  init(_ parameters: SpectrumParameters) throws(SignalError) {
    let transform = parameters.transformLength
    try Self.check(length: transform, hop: parameters.hop)
    length = parameters.windowLength
    guard length >= 1, length <= transform else {
      throw SignalError(
        "window length \(length)", "must be between 1 and the transform length \(transform)",
        hint: "the transform length is the usual choice")
    }
    hop = parameters.hop
    padding = parameters.padding
    switch parameters.framing {
    case .centred:
      origin = parameters.lead - transform / 2
      required = transform % 2
    case .wholeTransforms:
      origin = parameters.lead
      required = transform
    case .wholeWindows:
      origin = 0
      required = length
    }
  }

  private static func check(length: Int, hop: Int) throws(SignalError) {
    guard length >= 2, length <= 65_536 else {
      throw SignalError(
        "frame length \(length)", "must be between 2 and 65,536",
        hint: "2,048 is the usual choice")
    }
    guard hop >= 1, hop <= length else {
      throw SignalError(
        "hop length \(hop)", "must be between 1 and the frame length \(length)",
        hint: "a quarter of the frame length is the usual choice")
    }
  }

  /// How many frames a signal of `samples` samples has: 1 + samples / hop, rounded down, for
  /// centred frames of even length; 0 where the signal is too short for one.
  public func count(samples: Int) -> Int {
    samples < required ? 0 : 1 + (samples - required) / hop
  }

  /// The first sample of frame `index`; negative where the frame begins in the padding.
  func start(_ index: Int) -> Int { index * hop + origin }

  /// Calls `body` with the `length` samples of a frame: those of the signal itself where the frame
  /// lies inside it, else a padded copy in `scratch`.
  @inline(__always)
  func withFrame<R>(
    _ index: Int, of signal: UnsafeBufferPointer<Float>, scratch: UnsafeMutablePointer<Float>,
    _ body: (UnsafePointer<Float>) -> R
  ) -> R {
    let first = start(index)
    if first >= 0, first + length <= signal.count, let base = signal.baseAddress {
      return body(base + first)
    }
    copy(first..<first + length, of: signal, into: scratch)
    return body(scratch)
  }

  /// Copies samples of the padded signal; `range` is in samples of the unpadded one.
  func copy(
    _ range: Range<Int>, of signal: UnsafeBufferPointer<Float>,
    into output: UnsafeMutablePointer<Float>
  ) {
    let inside = range.clamped(to: 0..<signal.count)
    if let base = signal.baseAddress, !inside.isEmpty {
      (output + (inside.lowerBound - range.lowerBound))
        .update(from: base + inside.lowerBound, count: inside.count)
    }
    let before = range.lowerBound..<max(range.lowerBound, min(range.upperBound, 0))
    let behind = min(range.upperBound, max(range.lowerBound, signal.count))..<range.upperBound
    for positions in [before, behind] where !positions.isEmpty {
      padding.write(
        positions, outside: signal, to: output + (positions.lowerBound - range.lowerBound))
    }
  }
}
