internal import CKernels

/// What can be measured of a signal in one pass.
public struct SignalLevels: Sendable, Hashable {
  /// The largest magnitude.
  public var peak: Double
  /// The mean of the squares.
  public var power: Double
  /// The mean.
  public var mean: Double
  /// Seconds begun, the last one may be shorter.
  public var seconds: Int
  /// Those of them whose peak is below ``LevelMeter/silentPeak``.
  public var silentSeconds: Int
  /// The longest run of samples below ``LevelMeter/digitalSilence``, in samples.
  public var longestSilence: Int
  /// The share of the energy, the mean left out, below 20 Hz; 0 where there is none.
  public var infrasonic: Double
}

/// Measures the levels of signals of one sample rate. It keeps its buffers from signal to signal.
public struct LevelMeter: ~Copyable {
  /// A second is silent where its peak is below this: -60 dB.
  public static let silentPeak: Float = 0.001
  /// A sample is digital silence below this: half a step of 16 bits.
  public static let digitalSilence: Float = 1 / 65_536

  private let sampleRate: Int
  private var lowBand: LowBand

  /// A meter for signals of `sampleRate` samples a second, 1 or more.
  ///
  /// - Throws: ``SignalError`` where FFTW has no plan.
  public init(sampleRate: Int) throws(SignalError) {
    self.sampleRate = max(1, sampleRate)
    lowBand = try LowBand(sampleRate: Double(self.sampleRate), limit: 20)
  }

  /// Bytes of its tables and buffers.
  public var byteCount: Int { lowBand.byteCount }

  /// Measures a signal, full scale being -1 to 1.
  ///
  /// The energy below 20 Hz is that of the signal's discrete Fourier transform, padded with zeros,
  /// at frequencies below 20 Hz. It is exact but for the leakage of its rectangular window: of 30 s
  /// of a tone of 10 Hz less than 1e-3 are missed, and of one of 440 Hz less than 2e-6 are counted.
  ///
  /// - Throws: ``SignalError`` where FFTW has no plan.
  /// - Complexity: O(n); about 0.3 ms for 30 s at 22,050 Hz.
  public mutating func levels(of signal: Span<Float>) throws(SignalError) -> SignalLevels {
    let count = signal.count
    var result = SignalLevels(
      peak: 0, power: 0, mean: 0, seconds: 0, silentSeconds: 0, longestSilence: 0, infrasonic: 0)
    if count == 0 { return result }
    var sums = (0.0, 0.0)
    var silence = SilenceRun()
    lowBand.begin(count: count)
    for start in stride(from: 0, to: count, by: sampleRate) {
      // A second at a time stays in the processor's cache for all that is measured of it.
      let second = signal.extracting(start..<min(start + sampleRate, count))
      second.withUnsafeBufferPointer { samples in
        guard let base = samples.baseAddress else { return }
        let peak = withUnsafeMutableBytes(of: &sums) { sums in
          lathe_levels(base, samples.count, sums.assumingMemoryBound(to: Double.self).baseAddress)
        }
        result.peak = max(result.peak, Double(peak))
        result.seconds += 1
        if peak < Self.silentPeak { result.silentSeconds += 1 }
        silence.take(samples)
        lowBand.take(samples)
      }
    }
    let (sum, energy) = sums
    let mean = sum / Double(count)
    let low = try lowBand.finish(mean: mean)
    result.longestSilence = silence.longest
    result.power = energy / Double(count)
    result.mean = mean
    let varying = energy - mean * mean * Double(count)
    if varying > energy * 1e-12 { result.infrasonic = min(1, max(0, low / varying)) }
    return result
  }
}

/// Finds the longest run of digital silence.
private struct SilenceRun {
  private static let blockLength = 128

  private(set) var longest = 0
  private var current = 0

  mutating func take(_ samples: UnsafeBufferPointer<Float>) {
    for start in stride(from: 0, to: samples.count, by: Self.blockLength) {
      let block = UnsafeBufferPointer(
        rebasing: samples[start..<min(start + Self.blockLength, samples.count)])
      guard let base = block.baseAddress else { continue }
      let silent = lathe_count_below(base, LevelMeter.digitalSilence, block.count)
      if silent == 0 {
        current = 0
      } else if silent == block.count {
        current += silent
        longest = max(longest, current)
      } else {
        takeMixed(block, silent: silent)
      }
    }
  }

  /// A block that is silent in part: its ends always count, what lies between only where it may be
  /// longer than what was found.
  private mutating func takeMixed(_ block: UnsafeBufferPointer<Float>, silent: Int) {
    func isSilent(_ sample: Float) -> Bool { abs(sample) < LevelMeter.digitalSilence }
    var index = 0
    while isSilent(block[index]) { index += 1 }
    longest = max(longest, current + index)
    current = 0
    var end = block.count
    while isSilent(block[end - 1]) { end -= 1 }
    if silent > longest {
      var run = 0
      while index < end {
        run = isSilent(block[index]) ? run + 1 : 0
        longest = max(longest, run)
        index += 1
      }
    }
    current = block.count - end
    longest = max(longest, current)
  }
}
