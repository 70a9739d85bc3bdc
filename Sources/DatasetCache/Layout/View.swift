/// A prepared form of the tracks.
public enum View: String, CaseIterable, Sendable, Hashable, Codable, CodingKeyRepresentable {
  /// 57 features of each slice of three seconds.
  case features = "features"
  /// 57 features of each whole track.
  case features30s = "features-30s"
  /// The samples themselves.
  case waveform = "waveform"
  /// Mel spectrograms of slices, in dB.
  case mel = "mel"
  /// The acoustic fingerprint of each whole track, by which near-duplicates are found. Every cache has it,
  /// whatever its recipe names.
  case acoustic = "acoustic"
}
