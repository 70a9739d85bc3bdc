/// What a track of a style has drawn from its ranges: its key, its tempo, its players.
struct TrackPlan {
  let sheet: StyleSheet
  let progression: Progression
  /// Semitones above C.
  let key: Int
  let grid: Grid
  let groove: Groove?
  /// The parts that play, each with the patch it uses.
  let parts: [(part: Part, patch: Patch)]
  /// The reverberation time in seconds.
  let room: Double
  /// Of the finished track, relative to full scale. The range is the same for all styles, so that
  /// loudness says nothing about the label.
  let rootMeanSquare: Double
  /// Gain of what lies below 900 Hz beyond 1: recordings of one style are dark or bright.
  let warmth: Float
  /// The level of the tape's hiss, relative to the music.
  let hiss: Float

  init(style: Style, sampleRate: Double, random: inout RandomStream) {
    sheet = StyleSheet.sheet(of: style)
    key = random.index(below: 12)
    grid = Grid(
      tempo: random.value(in: sheet.tempo), swing: sheet.swing, sampleRate: sampleRate,
      random: &random)
    progression = random.element(of: sheet.progressions)
    groove = sheet.grooves.isEmpty ? nil : random.element(of: sheet.grooves)
    room = random.value(in: sheet.room)
    rootMeanSquare = ExactMath.gain(decibels: random.value(in: -27 ... -17))
    warmth = Float(random.value(in: -0.25...0.4))
    hiss = Float(ExactMath.gain(decibels: random.value(in: -62 ... -54)))
    var parts: [(part: Part, patch: Patch)] = []
    for part in sheet.parts {
      // Both are drawn for each part, so that one that is absent doesn't change the next.
      let present = random.chance(part.presence)
      let patch = random.element(of: part.patches)
      let level = Float(random.value(in: 0.8...1.2))
      var played = part
      played.level *= level
      if present { parts.append((played, patch)) }
    }
    self.parts = parts
  }
}
