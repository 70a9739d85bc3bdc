internal import CKernels

/// Root-mean-square level and zero-crossing rate of the frames of a signal.
///
/// Frames overlap by three quarters, so both are first counted hop by hop and then summed by fours.
struct TimeDomain {
  private var scratch = [Float](repeating: 0, count: SpectrumStore.hop)

  var byteCount: Int { scratch.byteCount }

  /// √(mean of x²) a frame; the ends padded as the profile says. `librosa.feature.rms`.
  mutating func level(
    of signal: UnsafeBufferPointer<Float>, geometry: FrameGeometry
  ) -> Moments {
    let frames = geometry.count(samples: signal.count)
    let hop = geometry.hop
    let parts = geometry.length / hop
    let energies = (0..<frames + parts - 1).map { block -> Double in
      let first = block * hop - geometry.length / 2
      if first >= 0, first + hop <= signal.count, let base = signal.baseAddress {
        return lathe_sum_of_squares(base + first, hop)
      }
      return scratch.withUnsafeMutableBufferPointer { scratch in
        guard let base = scratch.baseAddress else { return 0 }
        geometry.copy(first..<first + hop, of: signal, into: base)
        return lathe_sum_of_squares(base, hop)
      }
    }
    return Moments(
      (0..<frames).map { frame -> Double in
        let energy = energies[frame..<frame + parts].reduce(0, +)
        return (energy / Double(geometry.length)).squareRoot()
      })
  }

  /// Changes of sign a sample in each frame; the end samples are held beyond the ends and values of
  /// 1e-10 and less count as zero, which is positive. `librosa.feature.zero_crossing_rate`.
  func zeroCrossings(of signal: UnsafeBufferPointer<Float>, geometry: FrameGeometry) -> Moments {
    let frames = geometry.count(samples: signal.count)
    let hop = geometry.hop
    let parts = geometry.length / hop
    guard let base = signal.baseAddress else { return Moments(EmptyCollection<Double>()) }
    // A change at i is one from sample i - 1 to i; a frame does not count the one at its first
    // sample.
    func changes(in range: Range<Int>) -> Int {
      let range = range.clamped(to: 1..<max(1, signal.count))
      guard !range.isEmpty else { return 0 }
      return lathe_sign_changes(base + range.lowerBound - 1, 1e-10, range.count + 1)
    }
    let counts = (0..<frames + parts - 1).map { block -> Int in
      let first = block * hop - geometry.length / 2
      return changes(in: first..<first + hop)
    }
    return Moments(
      (0..<frames).map { frame -> Double in
        let first = frame * hop - geometry.length / 2
        let count = counts[frame..<frame + parts].reduce(0, +) - changes(in: first..<first + 1)
        return Double(count) / Double(geometry.length)
      })
  }
}
