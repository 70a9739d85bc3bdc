/// A synthesised piece of music: mono, 16 bits.
public struct SynthesisedTrack: Sendable, Equatable {
  /// Amplitudes; full scale is ±32,768, and none is beyond ±32,112 (0.98).
  public let samples: [Int16]
  /// Samples a second.
  public let sampleRate: Int

  /// - Parameters:
  ///   - samples: Mono amplitudes.
  ///   - sampleRate: Samples a second.
  public init(samples: [Int16], sampleRate: Int) {
    self.samples = samples
    self.sampleRate = sampleRate
  }
}

/// Makes music in ten styles, for demonstrations and tests that need labelled audio but have none.
///
/// Each style has its own tempi, rhythms, chords, bass lines and instruments; each track draws its
/// own key, tempo, melody, instruments, room and loudness from its style's ranges. Loudness is
/// drawn from one range for all styles (-27 to -17 dB), and the offset is removed: neither tells
/// the label.
///
/// The same seed, style, number, length and sample rate give the same samples on every run, on
/// every thread and on every machine with IEEE 754 arithmetic: only correctly rounded operations
/// are used (not the C library's sine or exponential, whose last bits vary), and nothing depends on
/// the order of a hash table.
public struct Synthesiser: Sendable {
  /// Samples a second.
  public let sampleRate: Int
  /// What all tracks are keyed by: another seed makes another collection.
  public let seed: UInt64

  /// The longest track in seconds.
  public static let maximumSeconds = 600.0

  /// - Parameters:
  ///   - sampleRate: Samples a second; held within 8,000...192,000 (see ``sampleRate``).
  ///   - seed: What all tracks are keyed by.
  public init(sampleRate: Int = 22_050, seed: UInt64) {
    self.sampleRate = min(max(sampleRate, 8_000), 192_000)
    self.seed = seed
  }

  /// Synthesises one track.
  ///
  /// - Parameters:
  ///   - style: The style, which is the track's label.
  ///   - number: Which track of the style; any number, and each is another piece.
  ///   - seconds: The length, rounded to the nearest sample; held within 0...600. What is not a
  ///     number counts as 0. A shorter track is not the beginning of a longer one, as the loudness
  ///     of the whole is adjusted.
  /// - Returns: Mono samples, `seconds * sampleRate` of them; empty when `seconds` is 0.
  /// - Complexity: O(`seconds`): about 1 ms for a second of music.
  public func track(style: Style, number: Int, seconds: Double) -> [Int16] {
    let length = seconds > 0 ? min(seconds, Self.maximumSeconds) : 0
    let count = Int((length * Double(sampleRate)).rounded())
    guard count > 0 else { return [] }
    let rate = Double(sampleRate)
    let stream = { [seed] (purpose: RandomStream.Purpose, index: Int) in
      RandomStream(keys: [
        seed, style.ordinal, UInt64(bitPattern: Int64(number)), purpose.rawValue,
        UInt64(bitPattern: Int64(index)),
      ])
    }
    var drawn = stream(.plan, 0)
    let plan = TrackPlan(style: style, sampleRate: rate, random: &drawn)
    return Mixdown(plan: plan, sampleRate: rate, count: count, stream: stream).samples()
  }

  /// Synthesises one track and says its sample rate; otherwise as ``track(style:number:seconds:)``.
  ///
  /// - Parameters:
  ///   - style: The style, which is the track's label.
  ///   - number: Which track of the style.
  ///   - seconds: The length, held within 0...600.
  public func synthesise(style: Style, number: Int, seconds: Double) -> SynthesisedTrack {
    SynthesisedTrack(
      samples: track(style: style, number: number, seconds: seconds), sampleRate: sampleRate)
  }
}
