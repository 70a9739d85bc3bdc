/// The recipe of an instrument. Three ways to make a tone are enough for the ten styles.
enum Patch: Sendable {
  /// Harmonics with amplitudes falling by a power of their number; see `AdditivePatch`.
  case additive(AdditivePatch)
  /// One sine modulating the phase of another (Chowning 1973); see `ModulatedPatch`.
  case modulated(ModulatedPatch)
  /// A plucked string (Karplus and Strong 1983); see `StringPatch`.
  case plucked(StringPatch)
}

/// Amplitude of harmonic h is 1/h^slope: the tone starts at `bright` and moves to `dull` with the
/// time constant `darkening` seconds. Even harmonics are multiplied by `even` (0 gives a hollow,
/// clarinet-like tone). Two oscillators `detune` cents apart; vibrato in cents.
struct AdditivePatch: Sendable {
  var bright: Double
  var dull: Double
  var darkening: Double
  var even = 1.0
  var detune = 0.0
  var vibrato = 0.0
  var envelope: Envelope
}

/// `ratio` is the modulator's frequency over the carrier's, `index` the greatest phase deviation in
/// turns, which falls to `floor` of itself with the time constant `fading` seconds.
struct ModulatedPatch: Sendable {
  var ratio: Double
  var index: Double
  var fading: Double
  var floor = 0.15
  var envelope: Envelope
}

/// `ring` is the time constant in seconds in which a string at 220 Hz dies away, `brightness` (0 to
/// 1) how much of the pluck's treble stays, `position` where it is plucked, as a part of its
/// length.
struct StringPatch: Sendable {
  var ring: Double
  var brightness: Double
  var position: Double
  var release = 0.04
}

extension Patch {
  static let bowedStrings = Patch.additive(
    AdditivePatch(
      bright: 1.15, dull: 1.35, darkening: 0.8, detune: 9, vibrato: 12,
      envelope: Envelope(attack: 0.09, decay: 1.5, sustain: 0.85, release: 0.12)))
  static let fiddle = Patch.additive(
    AdditivePatch(
      bright: 0.95, dull: 1.1, darkening: 0.4, detune: 0, vibrato: 14,
      envelope: Envelope(attack: 0.04, decay: 0.8, sustain: 0.8, release: 0.06)))
  static let flute = Patch.additive(
    AdditivePatch(
      bright: 2.4, dull: 2.8, darkening: 0.3, vibrato: 16,
      envelope: Envelope(attack: 0.05, decay: 0.8, sustain: 0.85, release: 0.07)))
  static let reed = Patch.additive(
    AdditivePatch(
      bright: 1.2, dull: 1.7, darkening: 0.25, even: 0.55, vibrato: 13,
      envelope: Envelope(attack: 0.03, decay: 0.5, sustain: 0.75, release: 0.06)))
  static let brass = Patch.additive(
    AdditivePatch(
      bright: 0.8, dull: 1.5, darkening: 0.15, detune: 5, vibrato: 5,
      envelope: Envelope(attack: 0.03, decay: 0.3, sustain: 0.7, release: 0.06)))
  static let organ = Patch.additive(
    AdditivePatch(
      bright: 1.5, dull: 1.5, darkening: 1, even: 0.6, detune: 4, vibrato: 7,
      envelope: Envelope(attack: 0.008, decay: 1, sustain: 0.95, release: 0.02)))
  static let piano = Patch.additive(
    AdditivePatch(
      bright: 1.4, dull: 2.6, darkening: 0.35, detune: 2,
      envelope: Envelope(attack: 0.004, decay: 0.9, sustain: 0.05, release: 0.15)))
  static let sawPad = Patch.additive(
    AdditivePatch(
      bright: 1.0, dull: 1.25, darkening: 0.9, detune: 16,
      envelope: Envelope(attack: 0.06, decay: 1.2, sustain: 0.8, release: 0.2)))
  /// A saw that stops with the key: through an overdrive it is a palm-muted guitar.
  static let shortSaw = Patch.additive(
    AdditivePatch(
      bright: 1.0, dull: 1.3, darkening: 0.3, detune: 10,
      envelope: Envelope(attack: 0.003, decay: 0.8, sustain: 0.6, release: 0.03)))
  static let squareLead = Patch.additive(
    AdditivePatch(
      bright: 0.9, dull: 1.15, darkening: 0.3, even: 0.08, detune: 7, vibrato: 6,
      envelope: Envelope(attack: 0.008, decay: 0.5, sustain: 0.7, release: 0.08)))
  static let synthesiserPluck = Patch.additive(
    AdditivePatch(
      bright: 0.9, dull: 2.6, darkening: 0.09, detune: 8,
      envelope: Envelope(attack: 0.003, decay: 0.25, sustain: 0.1, release: 0.1)))
  static let synthesiserBass = Patch.additive(
    AdditivePatch(
      bright: 1.0, dull: 2.0, darkening: 0.12, detune: 4,
      envelope: Envelope(attack: 0.004, decay: 0.4, sustain: 0.6, release: 0.04)))
  static let subBass = Patch.additive(
    AdditivePatch(
      bright: 2.6, dull: 4, darkening: 0.2,
      envelope: Envelope(attack: 0.006, decay: 0.9, sustain: 0.5, release: 0.09)))
  static let fingeredBass = Patch.additive(
    AdditivePatch(
      bright: 1.4, dull: 2.6, darkening: 0.18,
      envelope: Envelope(attack: 0.006, decay: 0.6, sustain: 0.3, release: 0.05)))
  static let uprightBass = Patch.plucked(
    StringPatch(ring: 0.7, brightness: 0.22, position: 0.35, release: 0.06))

  static let electricPiano = Patch.modulated(
    ModulatedPatch(
      ratio: 1, index: 0.22, fading: 0.3,
      envelope: Envelope(attack: 0.004, decay: 0.9, sustain: 0.15, release: 0.12)))
  static let bell = Patch.modulated(
    ModulatedPatch(
      ratio: 3.5, index: 0.25, fading: 0.4,
      envelope: Envelope(attack: 0.003, decay: 0.5, sustain: 0.05, release: 0.25)))
  static let vibraphone = Patch.modulated(
    ModulatedPatch(
      ratio: 4, index: 0.1, fading: 0.2,
      envelope: Envelope(attack: 0.004, decay: 1.0, sustain: 0.05, release: 0.2)))
  static let clavinet = Patch.modulated(
    ModulatedPatch(
      ratio: 2, index: 0.4, fading: 0.12, floor: 0.4,
      envelope: Envelope(attack: 0.002, decay: 0.3, sustain: 0.1, release: 0.03)))

  static let acousticGuitar = Patch.plucked(
    StringPatch(ring: 0.9, brightness: 0.75, position: 0.2, release: 0.08))
  static let twangGuitar = Patch.plucked(
    StringPatch(ring: 1.1, brightness: 0.95, position: 0.1, release: 0.05))
  static let mutedGuitar = Patch.plucked(
    StringPatch(ring: 0.35, brightness: 0.6, position: 0.25, release: 0.02))
  static let electricGuitar = Patch.plucked(
    StringPatch(ring: 2.2, brightness: 0.7, position: 0.15, release: 0.04))
  static let harp = Patch.plucked(
    StringPatch(ring: 1.4, brightness: 0.45, position: 0.4, release: 0.3))
}
