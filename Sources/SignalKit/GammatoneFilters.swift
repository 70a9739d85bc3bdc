internal import Foundation

/// Gammatone filters of the fourth order by four sections of the second each, after Slaney, "An
/// efficient implementation of the Patterson-Holdsworth auditory filter bank" (Apple TR 35, 1993).
///
/// The filter t³ exp(−2 pi b t) cos(2 pi f t), b = 1.019 ERB(f), has four zeros besides its
/// poles; a section takes one of them, with the pole pair:
///
///     H(z) = product over k of (1 − e^{−bT} (cos wT ± sqrt(3 ± 2^{3/2}) sin wT) z⁻¹)
///                              / (1 − 2 e^{−bT} cos wT z⁻¹ + e^{−2bT} z⁻²),  w = 2 pi f, b in radians
///
/// and the whole is divided by its gain at f.
struct GammatoneFilters {
  /// Of each eight filters, as `lathe_gammatone` reads them: zeros of four sections, first and
  /// second pole coefficient; those past the last filter let nothing but the input through.
  private(set) var coefficients: [Double]
  /// One over the squared gain at the centre, of each filter.
  private(set) var energyScales: [Double] = []
  let groups: Int

  var byteCount: Int { coefficients.byteCount + energyScales.byteCount }

  init(_ parameters: GammatoneParameters) {
    groups = (parameters.bands + 7) / 8
    coefficients = [Double](repeating: 0, count: groups * 48)
    for (band, centre) in parameters.centres.enumerated() {
      let bandwidth =
        centre / GammatoneParameters.earQuality + GammatoneParameters.minimumBandwidth
      let decay = exp(-1.019 * 2 * Double.pi * bandwidth / parameters.sampleRate)
      let angle = 2 * Double.pi * centre / parameters.sampleRate
      let (cosine, sine) = (cos(angle), sin(angle))
      let root = 2 * 2.0.squareRoot()
      let slopes = [
        (3 + root).squareRoot(), -(3 + root).squareRoot(), (3 - root).squareRoot(),
        -(3 - root).squareRoot(),
      ]
      let zeros = slopes.map { -decay * (cosine + $0 * sine) }
      let (pole1, pole2) = (-2 * decay * cosine, decay * decay)
      let base = band / 8 * 48 + band % 8
      for section in 0..<4 { coefficients[base + 8 * section] = zeros[section] }
      coefficients[base + 32] = pole1
      coefficients[base + 40] = pole2
      // |1 + a z⁻¹|² and |1 + p z⁻¹ + q z⁻²|² at z = e^{i angle}.
      let pole = squared(
        1 + pole1 * cosine + pole2 * cos(2 * angle), pole1 * sine + pole2 * sin(2 * angle))
      let gain = zeros.reduce(1) { $0 * squared(1 + $1 * cosine, $1 * sine) / pole }
      energyScales.append(1 / gain)
    }
  }
}

private func squared(_ real: Double, _ imaginary: Double) -> Double {
  real * real + imaginary * imaginary
}
