extension Padding {
  /// The sample that stands for `position`, which lies outside the signal; the signal is not empty.
  func value(at position: Int, outside signal: UnsafeBufferPointer<Float>) -> Float {
    switch self {
    case .zero: 0
    case .edge: position < 0 ? signal[0] : signal[signal.count - 1]
    case .reflect: signal[Self.reflected(position, count: signal.count)]
    }
  }

  /// The index of `position` in a sequence of `count` mirrored about its first and last element, as
  /// often as it takes: period 2 (count − 1).
  private static func reflected(_ position: Int, count: Int) -> Int {
    guard count > 1 else { return 0 }
    // Once is enough for all but signals shorter than the padding.
    if position < 0, -position < count { return -position }
    if position >= count, position < 2 * count - 1 { return 2 * (count - 1) - position }
    let period = 2 * (count - 1)
    let phase = ((position % period) + period) % period
    return phase < count ? phase : period - phase
  }
}
