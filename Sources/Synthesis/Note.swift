/// One note of a part, placed in samples.
struct Note: Sendable {
  /// First sample, 0 or above.
  var start: Int
  /// How long the key is held, in samples.
  var length: Int
  /// MIDI pitch.
  var pitch: Int
  /// 0 to 1.
  var velocity: Float
}

/// One stroke on a drum, placed in samples.
struct Stroke: Sendable {
  /// First sample; a hurried first stroke lies before 0 by a little.
  var start: Int
  var drum: Drum
  /// 0 to 1.
  var velocity: Float
}
