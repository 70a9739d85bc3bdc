/// Where the frames of a centred analysis lie in a signal: frame t is centred on sample t × hop, so
/// it covers [t × hop − length / 2, t × hop + length / 2), and the ends are padded.
///
/// This is the frame arithmetic of `librosa.stft(center=True)` and of everything built on it.
public struct FrameGeometry: Sendable, Hashable {
  /// Samples in a frame; even.
  public let length: Int
  /// Samples between the centres of neighbouring frames.
  public let hop: Int
  /// What stands outside the signal.
  public let padding: Padding

  /// - Throws: `SignalError` unless `length` is even and in 2 ... 65,536 and `hop` in 1 ... `length`.
  public init(length: Int, hop: Int, padding: Padding) throws(SignalError) {
    guard length >= 2, length <= 65_536, length % 2 == 0 else {
      throw SignalError(
        "frame length \(length)", "must be even and between 2 and 65,536",
        hint: "2,048 is the usual choice")
    }
    guard hop >= 1, hop <= length else {
      throw SignalError(
        "hop length \(hop)", "must be between 1 and the frame length \(length)",
        hint: "a quarter of the frame length is the usual choice")
    }
    self.length = length
    self.hop = hop
    self.padding = padding
  }

  /// How many frames a signal of `samples` samples has: 1 + samples / hop, rounded down.
  public func count(samples: Int) -> Int { 1 + samples / hop }

  /// The first sample of frame `index`; negative where the frame begins in the padding.
  func start(_ index: Int) -> Int { index * hop - length / 2 }

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
    for position in range.lowerBound..<max(range.lowerBound, min(range.upperBound, 0)) {
      output[position - range.lowerBound] = outside(position, of: signal)
    }
    for position in min(range.upperBound, max(range.lowerBound, signal.count))..<range.upperBound {
      output[position - range.lowerBound] = outside(position, of: signal)
    }
  }

  /// The sample that stands for `position`, which lies outside the signal.
  private func outside(_ position: Int, of signal: UnsafeBufferPointer<Float>) -> Float {
    switch padding {
    case .zero: 0
    case .reflect: signal[reflected(position, count: signal.count)]
    }
  }

  /// The place of `position` in a sequence of `count` mirrored about its first and last element, as
  /// often as it takes: period 2 (count − 1).
  private func reflected(_ position: Int, count: Int) -> Int {
    guard count > 1 else { return 0 }
    // Once is enough for all but signals shorter than the padding.
    if position < 0, -position < count { return -position }
    if position >= count, position < 2 * count - 1 { return 2 * (count - 1) - position }
    let period = 2 * (count - 1)
    let phase = ((position % period) + period) % period
    return phase < count ? phase : period - phase
  }
}
