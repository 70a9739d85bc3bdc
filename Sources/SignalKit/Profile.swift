/// Whose numbers are reproduced: a released version of librosa with its default arguments.
///
/// The two differ in how a signal is padded at its ends (`librosa.stft` and `librosa.feature.rms`
/// reflected it up to 0.8 and append zeros since 0.10), in the length of the harmonic and
/// percussive parts (0.8 reconstructs whole hops and leaves zeros behind them) and in the band of
/// the onset detector (0.8 stops at 11,025 Hz whatever the sample rate).
public enum Profile: String, Sendable, Hashable, Codable, CaseIterable {
  /// librosa 0.8.1, which made the public GTZAN feature tables.
  case librosa08 = "librosa-0.8"
  /// librosa 1.0.0; 0.10 and 0.11 give the same.
  case librosa10 = "librosa-1.0"

  /// How frames that reach over an end of the signal are filled.
  public var padding: Padding {
    switch self {
    case .librosa08: .reflect
    case .librosa10: .zero
    }
  }
}

/// How samples outside the signal are made up.
public enum Padding: String, Sendable, Hashable, Codable, CaseIterable {
  /// Mirrored about the end samples, which are not repeated: `numpy.pad(mode="reflect")`.
  case reflect
  /// Zeros: `numpy.pad(mode="constant")`.
  case zero
  /// The end samples repeated: `numpy.pad(mode="edge")`, PyTorch's `"replicate"`.
  case edge
}
