/// A chord as semitones: its root above the key note, and its tones above the root.
struct Chord: Sendable {
  var root: Int
  var tones: [Int]

  static func major(_ root: Int) -> Chord { Chord(root: root, tones: [0, 4, 7]) }
  static func minor(_ root: Int) -> Chord { Chord(root: root, tones: [0, 3, 7]) }
  static func dominant(_ root: Int) -> Chord { Chord(root: root, tones: [0, 4, 7, 10]) }
  static func major7(_ root: Int) -> Chord { Chord(root: root, tones: [0, 4, 7, 11]) }
  static func minor7(_ root: Int) -> Chord { Chord(root: root, tones: [0, 3, 7, 10]) }
  static func halfDiminished(_ root: Int) -> Chord { Chord(root: root, tones: [0, 3, 6, 10]) }

  var third: Int { tones[1] }
  var fifth: Int { tones[2] }
  var seventh: Int { tones.count > 3 ? tones[3] : 10 }
}

/// A progression that repeats, and the scale (semitones above the key note) its melodies use.
struct Progression: Sendable {
  /// One chord for every `beatsPerChord` beats.
  var chords: [Chord]
  var beatsPerChord: Int
  var scale: [Int]

  init(_ chords: [Chord], scale: [Int], beatsPerChord: Int = 4) {
    self.chords = chords
    self.beatsPerChord = beatsPerChord
    self.scale = scale
  }

  /// The chord that sounds at a beat, counted from the start of the track.
  func chord(atBeat beat: Int) -> Chord {
    chords[(beat / beatsPerChord) % chords.count]
  }

  /// The first chord after the one that sounds at a beat.
  func chord(afterBeat beat: Int) -> Chord {
    chords[(beat / beatsPerChord + 1) % chords.count]
  }
}

/// Scales in semitones above the key note.
enum Scale {
  static let major = [0, 2, 4, 5, 7, 9, 11]
  static let minor = [0, 2, 3, 5, 7, 8, 10]
  static let harmonicMinor = [0, 2, 3, 5, 7, 8, 11]
  static let dorian = [0, 2, 3, 5, 7, 9, 10]
  static let mixolydian = [0, 2, 4, 5, 7, 9, 10]
  static let phrygian = [0, 1, 3, 5, 7, 8, 10]
  static let majorPentatonic = [0, 2, 4, 7, 9]
  static let minorPentatonic = [0, 3, 5, 7, 10]
  static let blues = [0, 3, 5, 6, 7, 10]
}
