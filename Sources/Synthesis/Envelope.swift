/// How the level of a note goes: a linear rise in `attack` seconds, then an exponential fall
/// towards `sustain` (0 to 1) with the time constant `decay`, and after the key is let go a fall to
/// nothing with the time constant `release`.
struct Envelope: Sendable {
  var attack: Double
  var decay: Double
  var sustain: Float
  var release: Double

  /// Samples in a block.
  static let block = 32

  /// After how many samples beyond the key's release nothing is heard any more (-50 dB).
  func tail(sampleRate: Double) -> Int {
    Int(5.8 * release * sampleRate) + 1
  }

  func run(sampleRate: Double, heldSamples: Int) -> Run {
    let blockSeconds = Double(Self.block) / sampleRate
    return Run(
      rise: Float(blockSeconds / max(attack, blockSeconds)), sustain: sustain,
      decayFactor: Float(ExactMath.exponential(-blockSeconds / decay)),
      releaseFactor: Float(ExactMath.exponential(-blockSeconds / release)),
      heldBlocks: (heldSamples + Self.block - 1) / Self.block)
  }

  /// The envelope on its way. Levels are drawn for the ends of blocks and a voice goes in a
  /// straight line between them: 1.5 ms is fine enough for the ear, and the loop over samples has
  /// no branch.
  struct Run {
    let rise: Float
    let sustain: Float
    let decayFactor: Float
    let releaseFactor: Float
    var heldBlocks: Int
    var level: Float = 0
    var rising = true

    /// The level at the end of the next block.
    mutating func next() -> Float {
      if heldBlocks <= 0 {
        level *= releaseFactor
        return level
      }
      heldBlocks -= 1
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
