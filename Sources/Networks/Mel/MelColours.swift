/// What becomes of a mel-spectrogram's one channel before a network that expects three.
enum MelColours: Equatable {
  /// Three times the same.
  case repeated
  /// A colour map over these levels.
  case mapped(ClosedRange<Float>)
}
