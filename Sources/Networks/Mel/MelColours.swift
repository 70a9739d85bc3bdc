/// How the one channel of a mel-spectrogram becomes the three that a network expects.
enum MelColours: Equatable {
  /// Three times the same.
  case repeated
  /// A colour map over these levels.
  case mapped(ClosedRange<Float>)
}
