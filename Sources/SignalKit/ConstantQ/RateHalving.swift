internal import CKernels
internal import Foundation

/// Halves a signal's rate as the resampler of librosa does, `soxr_hq`: by a sinc in a Kaiser window,
/// scaled by √2 so that the energy stays (`librosa.resample(scale=True)`).
///
/// librosa halves by one such filter. To divide the rate by more at once it has stages: all but the last
/// have a slope as wide as the band that is kept in the end leaves them.
final class RateHalving {
  /// Samples before the one in the middle.
  let reach: Int
  private let length: Int
  private let matrix: AlignedBuffer<Float>

  // Outputs made at once, a column each.
  private static let outputs = 32
  // Of the window, for a stop band at −120 dB, and how many samples by a slope as wide as half the rate.
  private static let shape = 13.04
  private static let samplesBySlope = 8.3023

  /// The filter of the last stage.
  static func last() -> RateHalving { RateHalving(centre: 0.478_435_92, slope: 0.021_564_08) }

  /// The filter of a stage after which the rate is divided by `rest` more, 2 or more.
  static func stage(before rest: Int) -> RateHalving {
    RateHalving(centre: 0.5, slope: 0.5 - 0.5 / Double(rest))
  }

  /// - Parameters:
  ///   - centre: where the response is a half, 1 being half the rate.
  ///   - slope: from there to the stop band.
  private init(centre: Double, slope: Double) {
    // A multiple of four, and one.
    let taps = (Int((Self.samplesBySlope / slope + 1).rounded(.up)) + 2) / 4 * 4 + 1
    reach = taps / 2
    length = taps + 2 * (Self.outputs - 1)
    matrix = AlignedBuffer(count: length * Self.outputs)
    let halfWidth = Double(reach) + 0.5
    for tap in 0..<taps {
      let x = Double(tap - reach)
      let sinc = x == 0 ? centre : sin(.pi * centre * x) / (.pi * x)
      let position = x / halfWidth
      let window =
        besselI0(Self.shape * (1 - position * position).squareRoot()) / besselI0(Self.shape)
      let weight = Float(sinc * window * 2.0.squareRoot())
      for output in 0..<Self.outputs {
        matrix.base[(tap + 2 * output) * Self.outputs + output] = weight
      }
    }
  }

  /// Samples that must be readable past an end of the signal.
  static let margin = 512

  /// Writes `count` samples at half the rate; `output` has room for ``margin`` more. `signal` has
  /// ``margin`` zeros before and behind it.
  func run(_ signal: UnsafePointer<Float>, count: Int, into output: UnsafeMutablePointer<Float>) {
    lathe_frame_products(
      signal - reach, 2 * Self.outputs, (count + Self.outputs - 1) / Self.outputs, matrix.base,
      length,
      Self.outputs, output)
  }
}

/// The modified Bessel function of the first kind of order 0, by its series.
private func besselI0(_ x: Double) -> Double {
  var (sum, term, index) = (1.0, 1.0, 1.0)
  while term > sum * 1e-17 {
    term *= (x / 2 / index) * (x / 2 / index)
    sum += term
    index += 1
  }
  return sum
}
