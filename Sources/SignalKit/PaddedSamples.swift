extension Padding {
  /// The sample that stands for `position`, which lies outside the signal; the signal is not empty.
  func value(at position: Int, outside signal: UnsafeBufferPointer<Float>) -> Float {
    switch self {
    case .zero: 0
    case .edge: position < 0 ? signal[0] : signal[signal.count - 1]
    case .reflect: signal[Self.reflected(position, count: signal.count)]
    }
  }

  /// Writes the samples that stand for `positions`, all on one side of the signal, which is not empty.
  func write(
    _ positions: Range<Int>, outside signal: UnsafeBufferPointer<Float>,
    to output: UnsafeMutablePointer<Float>
  ) {
    let nearest = positions.lowerBound < 0 ? 0 : signal.count - 1
    // Mirrored once, they are read backwards; more than once only of signals shorter than the padding.
    let mirrored = 2 * nearest - positions.lowerBound
    if self == .reflect, signal.indices.contains(mirrored),
      signal.indices.contains(mirrored - positions.count + 1)
    {
      for index in 0..<positions.count { output[index] = signal[mirrored - index] }
    } else {
      for (index, position) in positions.enumerated() {
        output[index] = value(at: position, outside: signal)
      }
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
