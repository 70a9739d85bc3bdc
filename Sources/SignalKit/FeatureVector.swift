/// The 57 features of a stretch of audio, in the order of the public GTZAN tables.
public struct FeatureVector: Sendable, Hashable {
  /// The names of the columns: mean and variance of chroma, level, spectral centroid, bandwidth and
  /// roll-off, zero-crossing rate, harmonic and percussive part; tempo; mean and variance of twenty
  /// mel-frequency cepstral coefficients.
  public static let names: [String] =
    [
      "chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff",
      "zero_crossing_rate", "harmony", "perceptr",
    ].flatMap { ["\($0)_mean", "\($0)_var"] } + ["tempo"]
    + (1...20).flatMap { ["mfcc\($0)_mean", "mfcc\($0)_var"] }

  /// 57 values, in the order of ``names``. Levels and parts in full scale, frequencies in hertz,
  /// tempo in beats a minute, cepstral coefficients in decibels.
  public let values: [Float]

  init(pairs: [Moments], tempo: Double, coefficients: [Moments]) {
    func flat(_ moments: [Moments]) -> [Float] {
      moments.flatMap { [Float($0.mean), Float($0.variance)] }
    }
    values = flat(pairs) + [Float(tempo)] + flat(coefficients)
  }
}
