/// The ten styles that can be synthesised. They carry the names of GTZAN's ten genres, so that a
/// synthesised collection has the same labels as the real one.
///
/// The order of the cases is part of the synthesis (it keys the random stream of a track): a new
/// style is added at the end.
public enum Style: String, CaseIterable, Sendable, Codable {
  /// Twelve bars over dominant sevenths, shuffled.
  case blues
  /// Strings and flute or a broken-chord keyboard, no drums.
  case classical
  /// Alternating bass, strummed acoustic guitar, train beat.
  case country
  /// Four on the floor, octave bass, off-beat open hi-hat, strings.
  case disco
  /// Sub bass, swung sixteenths, a sparse electric piano.
  case hiphop
  /// Walking bass and ride cymbal in swing, ii-V-I, a reed on top.
  case jazz
  /// Distorted power chords, palm-muted, with double bass drum.
  case metal
  /// Four-chord loop, synthesiser pads and arpeggios, claps.
  case pop
  /// One drop, chords on the off-beats, melodic bass.
  case reggae
  /// Overdriven guitar in eighths over a backbeat.
  case rock

  /// The position in the list of styles: what the random stream is keyed by.
  var ordinal: UInt64 {
    switch self {
    case .blues: 0
    case .classical: 1
    case .country: 2
    case .disco: 3
    case .hiphop: 4
    case .jazz: 5
    case .metal: 6
    case .pop: 7
    case .reggae: 8
    case .rock: 9
    }
  }
}
