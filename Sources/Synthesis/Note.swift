/// One note of a part, placed in samples.
struct Note: Sendable {
  /// First sample; may lie before 0 by a little where the timing is human.
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
  var start: Int
  var drum: Drum
  /// 0 to 1.
  var velocity: Float
}
