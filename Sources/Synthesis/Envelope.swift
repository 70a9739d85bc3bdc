/// How the level of a note goes: a linear rise in `attack` seconds, then an exponential fall towards
/// `sustain` (0 to 1) with the time constant `decay`, and after the key is let go a fall to nothing
/// with the time constant `release`.
struct Envelope: Sendable {
  var attack: Double
  var decay: Double
  var sustain: Float
  var release: Double

  /// After how many samples beyond the key's release nothing is heard any more (-60 dB).
  func tail(sampleRate: Double) -> Int {
    Int(6.9 * release * sampleRate) + 1
  }

  func run(sampleRate: Double, heldSamples: Int) -> Run {
    Run(
      rise: Float(1 / max(attack * sampleRate, 1)), sustain: sustain,
      decayFactor: ExactMath.decay(seconds: decay, sampleRate: sampleRate),
      releaseFactor: ExactMath.decay(seconds: release, sampleRate: sampleRate),
      heldSamples: heldSamples)
  }

  /// The envelope on its way, one value a sample.
  struct Run {
    let rise: Float
    let sustain: Float
    let decayFactor: Float
    let releaseFactor: Float
    var heldSamples: Int
    var level: Float = 0
    var rising = true

    mutating func next() -> Float {
      if heldSamples <= 0 {
        level *= releaseFactor
        return level
      }
      heldSamples -= 1
      if rising {
        level += rise
        if level >= 1 {
          level = 1
          rising = false
        }
      } else {
        level = sustain + (level - sustain) * decayFactor
      }
      return level
    }
  }
}
