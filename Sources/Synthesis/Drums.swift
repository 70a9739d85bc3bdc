/// The drums and cymbals. The order is part of the synthesis (it keys their random streams).
enum Drum: Int, CaseIterable, Sendable {
  case kick, snare, clap, rim, brush, closedHat, openHat, ride, crash, tom, shaker, deepKick
}

/// A drum is a sine that glides from `start` to `end` Hz plus noise between two cut-off
/// frequencies plus, for cymbals, six inharmonic squares; each dies away with its own time constant
/// in seconds. `bursts` repeats the noise's attack every 11 ms (a clap is several hands).
struct DrumPatch: Sendable {
  var start = 0.0
  var end = 0.0
  var glide = 0.02
  var toneDecay = 0.1
  var tone: Float = 0
  var noise: Float = 0
  var noiseDecay = 0.1
  var highpass = 200.0
  var lowpass = 10_000.0
  var metal: Float = 0
  var bursts = 1

  static func patch(of drum: Drum) -> DrumPatch {
    switch drum {
    case .kick:
      DrumPatch(
        start: 150, end: 55, glide: 0.03, toneDecay: 0.11, tone: 1, noise: 0.25,
        noiseDecay: 0.006, highpass: 800)
    case .deepKick:
      DrumPatch(
        start: 120, end: 44, glide: 0.05, toneDecay: 0.25, tone: 1, noise: 0.12,
        noiseDecay: 0.005, highpass: 600)
    case .snare:
      DrumPatch(
        start: 240, end: 180, glide: 0.02, toneDecay: 0.06, tone: 0.5, noise: 0.8,
        noiseDecay: 0.07, highpass: 900, lowpass: 8_000)
    case .clap:
      DrumPatch(noise: 1, noiseDecay: 0.06, highpass: 900, lowpass: 3_500, bursts: 4)
    case .rim:
      DrumPatch(
        start: 900, end: 780, glide: 0.01, toneDecay: 0.018, tone: 0.7, noise: 0.3,
        noiseDecay: 0.01, highpass: 1_500)
    case .brush:
      DrumPatch(noise: 0.5, noiseDecay: 0.05, highpass: 1_800, lowpass: 5_000)
    case .closedHat:
      DrumPatch(noise: 0.55, noiseDecay: 0.02, highpass: 6_000, metal: 0.2)
    case .openHat:
      DrumPatch(noise: 0.55, noiseDecay: 0.14, highpass: 5_500, metal: 0.25)
    case .ride:
      DrumPatch(noise: 0.2, noiseDecay: 0.25, highpass: 4_500, metal: 0.45)
    case .crash:
      DrumPatch(noise: 0.8, noiseDecay: 0.5, highpass: 3_000, metal: 0.3)
    case .tom:
      DrumPatch(
        start: 190, end: 110, glide: 0.05, toneDecay: 0.16, tone: 1, noise: 0.15,
        noiseDecay: 0.02, highpass: 500)
    case .shaker:
      DrumPatch(noise: 0.45, noiseDecay: 0.035, highpass: 5_000, lowpass: 9_000)
    }
  }

  /// The same drum, tuned and damped a little otherwise: each track has its own kit.
  func varied(_ random: inout RandomStream) -> DrumPatch {
    var other = self
    let tuning = random.value(in: 0.85...1.18)
    let damping = random.value(in: 0.75...1.35)
    other.start *= tuning
    other.end *= tuning
    other.toneDecay *= damping
    other.noiseDecay *= damping
    other.highpass *= random.value(in: 0.8...1.25)
    other.noise *= Float(random.value(in: 0.7...1.2))
    return other
  }

  /// One stroke at full velocity.
  func render(sampleRate: Double, random: inout RandomStream) -> [Float] {
    let longest = max(tone > 0 ? toneDecay : 0, noiseDecay)
    let count = Int(6 * longest * sampleRate) + 1
    var samples = [Float](repeating: 0, count: count)
    addTone(&samples, sampleRate: sampleRate)
    addNoise(&samples, sampleRate: sampleRate, random: &random)
    return samples
  }

  private func addTone(_ samples: inout [Float], sampleRate: Double) {
    guard tone > 0 else { return }
    let fall = ExactMath.decay(seconds: toneDecay, sampleRate: sampleRate)
    let gliding = Double(ExactMath.decay(seconds: glide, sampleRate: sampleRate))
    var frequency = start
    var phase: UInt32 = 0
    var level = tone
    Wavetable.sine.values.withUnsafeBufferPointer { sine in
      guard let sine = sine.baseAddress else { return }
      for index in samples.indices {
        samples[index] += level * Wavetable.read(sine, phase)
        phase &+= Wavetable.increment(frequency: frequency, sampleRate: sampleRate)
        frequency = end + (frequency - end) * gliding
        level *= fall
      }
    }
  }

  private func addNoise(
    _ samples: inout [Float], sampleRate: Double, random: inout RandomStream
  ) {
    let fall = ExactMath.decay(seconds: noiseDecay, sampleRate: sampleRate)
    var high = OnePole(cutoff: highpass, sampleRate: sampleRate)
    var low = OnePole(cutoff: lowpass, sampleRate: sampleRate)
    let spacing = max(Int(0.011 * sampleRate), 1)
    // Ratios without a common divisor, as the partials of a cymbal are.
    let steps = [1.0, 1.3420, 1.2312, 1.6532, 1.9523, 2.1523].map {
      Wavetable.increment(frequency: 2_650 * $0, sampleRate: sampleRate)
    }
    var phases = [UInt32](repeating: 0, count: steps.count)
    var level: Float = 1
    for index in samples.indices {
      if index % spacing == 0 && index / spacing < bursts { level = 1 }
      var value = noise * random.noise()
      if metal > 0 {
        var sign: Float = 0
        for oscillator in steps.indices {
          sign += phases[oscillator] < 0x8000_0000 ? 1 : -1
          phases[oscillator] &+= steps[oscillator]
        }
        value += metal * sign * 0.3
      }
      samples[index] += level * low.lowpass(high.highpass(value))
      level *= fall
    }
  }
}
