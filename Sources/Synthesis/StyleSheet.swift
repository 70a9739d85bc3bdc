/// Everything that makes a style, as data: what all its tracks share and the ranges in which they
/// differ.
struct StyleSheet: Sendable {
  /// Beats a minute.
  var tempo: ClosedRange<Double>
  var swing: Swing = .straight
  var progressions: [Progression]
  /// One is drawn for each track; none where the style has no drums.
  var grooves: [Groove] = []
  var drumLevel: Float = 1
  var parts: [Part]
  /// The reverberation time in seconds is drawn from it.
  var room: ClosedRange<Double> = 0.6...1.2
  /// How much of the room is heard, on top of each part's own share.
  var wetness: Float = 0.25

  static func sheet(of style: Style) -> StyleSheet {
    switch style {
    case .blues: blues
    case .classical: classical
    case .country: country
    case .disco: disco
    case .hiphop: hiphop
    case .jazz: jazz
    case .metal: metal
    case .pop: pop
    case .reggae: reggae
    case .rock: rock
    }
  }
}

/// Where the middle of a pair of steps falls: 0.5 is straight, 2/3 a triplet.
enum Swing: Sendable {
  case straight
  case eighths(ClosedRange<Double>)
  case sixteenths(ClosedRange<Double>)
}

/// A drum pattern: for each drum one character a sixteenth, over one bar or two.
/// `X` accent, `x` stroke, `o` ghost stroke, `.` nothing.
struct Groove: Sendable {
  var lanes: [(drum: Drum, pattern: [Character])]
  /// What is struck at the end of every fourth bar, if anything.
  var fill: Drum?

  init(_ lanes: [(Drum, String)], fill: Drum? = nil) {
    self.lanes = lanes.map { ($0.0, Array($0.1)) }
    self.fill = fill
  }
}

/// What one player does.
struct Part: Sendable {
  /// A bar of sixteenths, one character a step:
  /// `x` the whole chord, `p` root, fifth and octave, `m` the same cut short;
  /// `1` root, `3` third, `5` fifth, `6` sixth, `7` seventh, `8` octave;
  /// `b` a semitone below the root that comes next; `-` holds on; `.` rest.
  enum Line: Sendable {
    case patterns([String])
    case melody(Melody)
  }

  var line: Line
  /// One is drawn for each track.
  var patches: [Patch]
  /// The chord's root (or the lowest tone of a chord) lies in the octave from this MIDI pitch up.
  var register: Int
  var level: Float
  /// Input gain of the overdrive beyond 1; 0 is clean.
  var drive: Float = 0
  /// Hz of the part's low-pass, if it has one.
  var cutoff: Double?
  /// The share sent to the reverberation.
  var send: Float = 0.2
  /// The part of its length for which a note is held.
  var gate = 0.92
  /// How far apart the tones of a chord are struck, in seconds.
  var strum = 0.0
  /// The probability that a track has the part.
  var presence = 1.0
  /// Draws a pattern for each bar instead of one for the track.
  var wanders = false
}

/// How a melody is made up.
struct Melody: Sendable {
  /// The probability of a new note on an eighth (the beat gets more, the off-beat less).
  var density: Double
  /// 0 stays on the beat, 1 prefers the off-beats.
  var syncopation = 0.3
  /// The greatest step in scale degrees.
  var leap = 3
  /// The probability of notes on the sixteenths between.
  var runs = 0.0
  /// The probability that a phrase of two bars is left out.
  var rest = 0.25
}
