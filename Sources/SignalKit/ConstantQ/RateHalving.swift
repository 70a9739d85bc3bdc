internal import CKernels
internal import Foundation

/// Halves a signal's rate as the resampler of librosa does, `soxr_hq`: by a sinc in a Kaiser
/// window, scaled by √2 so that the energy stays (`librosa.resample(scale=True)`).
final class RateHalving {
  /// Samples before the one in the middle.
  let reach: Int
  private let length: Int
  private let matrix: AlignedBuffer<Float>

  // Outputs made at once, a column each.
  private static let outputs = 32

  // What the filters are made of was fitted to the resampler's own responses: to 6e-8 for one
  // stage, to 1e-5 for more.

  /// The filter of the last of so many stages: a stop band at −120 dB for one, lower for more,
  /// since what the stages let through adds up.
  static func last(of stages: Int) -> RateHalving {
    let shape = 13.04 + 0.1112 * 20 * log10(Double(stages))
    // From the centre of the slope to the stop band, 1 being half the rate.
    let slope = 0.021_564_08
    let samples = (8.3023 + 0.6363 * (shape - 13.04)) / slope
    // A multiple of four, and one.
    let taps = (Int((samples + 1).rounded(.up)) + 2) / 4 * 4 + 1
    return RateHalving(
      reach: taps / 2, centre: 0.5 - slope, shape: shape, halfWidth: Double(taps) / 2)
  }

  /// The filter of the stages before it.
  static func first(of stages: Int) -> RateHalving {
    stages < 4
      ? RateHalving(reach: 15, centre: 0.5, shape: 13.227_82, halfWidth: 17.216_9)
      : RateHalving(reach: 17, centre: 0.5, shape: 14.974_23, halfWidth: 19.437_98)
  }

  /// - Parameters:
  ///   - reach: samples before the one in the middle, and behind it.
  ///   - centre: where the response is a half, 1 being half the rate.
  ///   - shape: of the Kaiser window.
  ///   - halfWidth: of the window, in samples.
  private init(reach: Int, centre: Double, shape: Double, halfWidth: Double) {
    self.reach = reach
    length = 2 * reach + 1 + 2 * (Self.outputs - 1)
    matrix = AlignedBuffer(count: length * Self.outputs)
    for tap in 0...2 * reach {
      let x = Double(tap - reach)
      let sinc = x == 0 ? centre : sin(.pi * centre * x) / (.pi * x)
      let root = (1 - (x / halfWidth) * (x / halfWidth)).squareRoot()
      let window = besselI0(shape * root) / besselI0(shape)
      let weight = Float(sinc * window * 2.0.squareRoot())
      for output in 0..<Self.outputs {
        matrix.base[(tap + 2 * output) * Self.outputs + output] = weight
      }
    }
  }

  var byteCount: Int { matrix.byteCount }

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

/// The filters by which a signal's rate is divided by 2 to the 1 ... `most`.
struct RateDivision {
  private let divisions: [[RateHalving]]

  init(most: Int) {
    divisions = (1...max(1, most)).map { stages in
      [RateHalving](repeating: .first(of: stages), count: stages - 1) + [.last(of: stages)]
    }
  }

  /// Bytes of the filters; all stages but the last are one.
  var byteCount: Int {
    divisions.reduce(0) { $0 + Set($1.map(\.byteCount)).reduce(0, +) }
  }

  /// A stage each.
  func stages(_ count: Int) -> [RateHalving] { divisions[count - 1] }
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
