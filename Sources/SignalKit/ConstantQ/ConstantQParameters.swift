internal import Foundation
internal import Wording

/// What constant-Q pictures are made with. The defaults are those of `librosa.cqt`.
public struct ConstantQParameters: Sendable, Hashable {
  /// How far the music is tuned from the frequencies that the lowest one names.
  public enum Tuning: Sendable, Hashable {
    /// This many bins (`tuning`), −1 ... 1.
    case given(Double)
    /// Estimated from each signal (`tuning=None`).
    case estimated
  }

  /// To what wavelets are scaled (`norm`).
  public enum Norm: String, Sendable, Hashable, Codable, CaseIterable {
    /// The sum of absolute values is 1: `norm=1`.
    case sum
    /// The sum of squares is 1: `norm=2`.
    case energy
    /// The largest absolute value is 1: `norm=inf`.
    case maximum
    /// Nothing: `norm=None`.
    case none
  }

  /// In hertz.
  public var sampleRate = 22_050.0
  /// How many frequencies (`n_bins`), 1 ... 1,024.
  public var bins = 84
  /// How many of them an octave has (`bins_per_octave`), 1 ... 192.
  public var binsPerOctave = 12
  /// The lowest in hertz (`fmin`).
  public var minimumFrequency = 32.703_195_662_574_83  // C1
  /// Samples between frames (`hop_length`), 1 ... 65,536.
  public var hop = 512
  /// How far the music is tuned away.
  public var tuning = Tuning.given(0)
  /// How long wavelets are, 1 being as long as their spacing asks for (`filter_scale`).
  public var filterScale = 1.0
  /// What wavelets are multiplied by (`window`), periodic.
  public var window = Window.Shape.hann
  /// To what wavelets are scaled (`norm`).
  public var norm = Norm.sum
  /// How much of the sum of a wavelet's spectrum is left out, its least parts (`sparsity`), 0
  /// ..< 1.
  public var sparsity = 0.01
  /// Whether values are divided by the root of their wavelet's length (`scale`).
  public var isScaledByLength = true
  /// What stands outside the signal (`pad_mode`).
  public var padding = Padding.zero
  /// Magnitudes or powers.
  public var power = SpectrumPower.magnitude
  /// What becomes of them.
  public var scaling = SpectrumScaling.linear

  /// The defaults.
  public init() {}

  /// The frequencies in hertz, ascending, as far as the tuning is known.
  public var frequencies: [Double] {
    if case .given(let tuning) = tuning { return frequencies(tuning: tuning) }
    return frequencies(tuning: 0)
  }

  func frequencies(tuning: Double) -> [Double] {
    let lowest = minimumFrequency * exp2(tuning / Double(binsPerOctave))
    return (0..<bins).map { lowest * exp2(Double($0) / Double(binsPerOctave)) }
  }

  /// The ratio of a bin's frequency to its bandwidth, times the filter scale.
  var quality: Double {
    let square = exp2(2 / Double(binsPerOctave))
    return filterScale * (square + 1) / (square - 1)
  }

  var octaves: Int { (bins + binsPerOctave - 1) / binsPerOctave }

  /// How far up a wavelet of `frequency` reaches.
  func reach(of frequency: Double) -> Double {
    frequency * (1 + 0.5 * window.bandwidth / quality)
  }

  /// How far up the wavelet of the highest bin reaches, in hertz.
  public var highestReach: Double { reach(of: frequencies(tuning: tunings.upperBound).last ?? 0) }

  /// How many of the bins reach no higher than half the sample rate.
  public var fittingBins: Int {
    frequencies(tuning: tunings.upperBound).count { reach(of: $0) <= sampleRate / 2 }
  }

  /// The samples of the wavelets at the full sample rate, the longest first.
  public var waveletLengths: [Double] { frequencies.map { quality * sampleRate / $0 } }

  /// How many frames a signal of `samples` samples gives: 1 + samples / hop, rounded down, and
  /// where the signal is decimated before anything else, 1 + its decimated samples / the hop
  /// between them.
  public func frames(samples: Int) -> Int {
    let factor = 1 << earlyHalvings(tuning: tunings.upperBound)
    return 1 + (samples + factor - 1) / factor / (hop / factor)
  }

  /// How often the rate is halved before the highest octave is analysed: as often as leaves room
  /// above it for the filter's slope, and leaves a hop that can be halved for each octave below.
  func earlyHalvings(tuning: Double) -> Int {
    let highest = frequencies(tuning: tuning).last ?? 1
    let room = log2(sampleRate / 2 / reach(of: highest)).rounded(.up) - 2
    return max(0, min(Int(max(0, min(16, room))), hop.trailingZeroBitCount - octaves + 1))
  }

  /// The tunings between which that of a signal lies.
  var tunings: ClosedRange<Double> {
    if case .given(let tuning) = tuning { return tuning...tuning }
    return -0.5...0.49
  }
}

extension Window.Shape {
  /// Equivalent noise bandwidth in bins of a transform: `librosa.filters.WINDOW_BANDWIDTHS`.
  fileprivate var bandwidth: Double {
    switch self {
    case .hann: 1.500_183_105_468_75
    case .hamming: 1.362_945_532_035_034_8
    case .blackman: 1.726_968_155_426_232_6
    case .rectangular: 1
    }
  }
}

extension ConstantQParameters {
  /// - Throws: `SignalError` where a parameter is out of range.
  func validate() throws(SignalError) {
    guard sampleRate > 0, sampleRate.isFinite else {
      throw SignalError(
        "sample rate \(sampleRate) Hz", "must be positive", hint: "22,050 is usual")
    }
    guard (1...1_024).contains(bins) else {
      throw SignalError("\(bins) bins", "must be 1 to 1,024", hint: "84 is usual")
    }
    guard (1...192).contains(binsPerOctave) else {
      throw SignalError(
        "\(binsPerOctave) bins an octave", "must be 1 to 192", hint: "12 is usual")
    }
    guard minimumFrequency > 0, minimumFrequency.isFinite else {
      throw SignalError(
        "lowest frequency \(minimumFrequency) Hz", "must be positive", hint: "C1, 32.7, is usual")
    }
    guard (1...65_536).contains(hop) else {
      throw SignalError("hop of \(hop) samples", "must be 1 to 65,536", hint: "512 is usual")
    }
    if case .given(let tuning) = tuning, !(-1...1).contains(tuning) {
      throw SignalError("tuning \(tuning)", "must be −1 to 1 bins", hint: "0 is usual")
    }
    guard filterScale > 0, filterScale.isFinite else {
      throw SignalError("filter scale \(filterScale)", "must be positive", hint: "1 is usual")
    }
    guard (0..<1).contains(sparsity) else {
      throw SignalError(
        "sparsity \(sparsity)", "must be 0 or more and below 1", hint: "0.01 is usual")
    }
    try scaling.check(power)
    try checkWavelets()
  }

  private func checkWavelets() throws(SignalError) {
    guard fittingBins == bins else {
      throw SignalError(
        "\(bins) bins from \(minimumFrequency) Hz",
        "reach up to \(Words.fixed(highestReach, 0)) Hz, above half the sample rate",
        hint: "use fewer bins or a lower minimumFrequency")
    }
    let shortest = waveletLengths.last ?? 0
    guard shortest >= 3 else {
      throw SignalError(
        "filterScale \(filterScale)",
        "makes wavelets of \(Words.fixed(shortest, 1)) samples, at least 3 are needed",
        hint: "use a larger filterScale")
    }
    for octave in ConstantQOctave.all(self, tuning: tunings.lowerBound) {
      guard octave.longest <= 65_536 else {
        throw SignalError(
          "hop of \(hop) samples",
          "can be halved \(hop.trailingZeroBitCount) times for \(octaves) octaves, which leaves wavelets "
            + "of \(Words.fixed(octave.longest, 0)) samples, above 65,536",
          hint: "use a hop that can be halved more often, fewer bins an octave, a smaller "
            + "filterScale or a higher minimumFrequency")
      }
    }
  }
}
