internal import Foundation

/// What a gammatone picture is made with.
public struct GammatoneParameters: Sendable, Hashable {
  /// What the values are.
  public enum Scale: String, Sendable, Hashable, Codable, CaseIterable {
    /// 20 log10 of the amplitude, no less than −100 dB.
    case decibels
    /// The root of the mean square.
    case amplitude
  }

  /// In hertz.
  public var sampleRate = 22_050.0
  /// How many filters.
  public var bands = 64
  /// The centre of the lowest filter in hertz.
  public var minimumFrequency = 50.0
  /// Where the centres would end, one step above the highest filter, in hertz; half the sample rate
  /// where it is nil.
  public var maximumFrequency: Double?
  /// Samples whose mean square is a value.
  public var windowLength = 1_024
  /// Samples from frame to frame.
  public var hop = 512
  /// What the values are.
  public var scale = Scale.decibels
  /// How far below the loudest value of the picture the quietest may lie, in decibels; not
  /// negative. Of pictures in decibels only.
  public var dynamicRange: Float = 80

  /// The defaults.
  public init() {}

  /// The centres of the filters in hertz, ascending: evenly spaced on the scale of equivalent
  /// rectangular bandwidths, from `minimumFrequency` to a step below the maximum.
  public var centres: [Double] {
    let shift = Self.earQuality * Self.minimumBandwidth
    let highest = maximumFrequency ?? sampleRate / 2
    let ratio = log((minimumFrequency + shift) / (highest + shift))
    return (0..<bands).map { band in
      (highest + shift) * exp(ratio * Double(bands - band) / Double(bands)) - shift
    }
  }

  /// How many frames a signal of `samples` samples gives: none where it is shorter than a window.
  public func frames(samples: Int) -> Int {
    samples < windowLength ? 0 : 1 + (samples - windowLength) / hop
  }

  // ERB(f) = f / Q + b by Glasberg and Moore (1990).
  static let earQuality = 9.26449
  static let minimumBandwidth = 24.7

  /// - Throws: `SignalError` where a parameter is out of range.
  func validate() throws(SignalError) {
    guard sampleRate > 0, sampleRate.isFinite else {
      throw SignalError(
        "sample rate \(sampleRate) Hz", "must be positive", hint: "22,050 is usual")
    }
    guard (1...1_024).contains(bands) else {
      throw SignalError("\(bands) gammatone filters", "must be 1 to 1,024", hint: "64 is usual")
    }
    let highest = maximumFrequency ?? sampleRate / 2
    guard minimumFrequency > 0, minimumFrequency < highest, highest <= sampleRate / 2 else {
      throw SignalError(
        "gammatone filters from \(minimumFrequency) to \(highest) Hz at \(sampleRate) Hz",
        "is no frequency range", hint: "give 0 < minimum < maximum ≤ half the sample rate")
    }
    guard (1...1_048_576).contains(windowLength) else {
      throw SignalError(
        "window of \(windowLength) samples", "must be 1 to 1,048,576", hint: "1,024 is usual")
    }
    guard (1...1_048_576).contains(hop) else {
      throw SignalError("hop of \(hop) samples", "must be 1 to 1,048,576", hint: "512 is usual")
    }
    guard dynamicRange >= 0 else {
      throw SignalError(
        "dynamic range \(dynamicRange) dB", "must not be negative", hint: "80 is usual")
    }
  }
}
