import Foundation
import TestSupport
import Testing

@testable import SignalKit

/// Tempo of envelopes and click trains whose period is known.
@Suite struct TempoTests {
  private func tempo(ofLag lag: Int) -> Double { 60 * 22_050 / Double(512 * lag) }

  @Test(arguments: [15, 16, 18, 20, 22, 25, 27, 30])
  func envelopeOfPulses(_ lag: Int) throws {
    var tempo = try Tempo(sampleRate: 22_050, hop: 512)
    for frames in [260, 600, 1_292] {
      let envelope = (0..<frames).map { Float($0 % lag == 3 ? 1 : 0) }
      #expect(tempo.estimate(envelope) == self.tempo(ofLag: lag), "\(frames) frames")
      // Loudness does not matter.
      #expect(tempo.estimate(envelope.map { 1e3 * $0 }) == self.tempo(ofLag: lag))
    }
  }

  /// Far from 120 the prior prefers a multiple of the period.
  @Test func fastAndSlowPulses() throws {
    var tempo = try Tempo(sampleRate: 22_050, hop: 512)
    let fast = (0..<600).map { Float($0 % 5 == 0 ? 1 : 0) }
    let estimate = tempo.estimate(fast)
    let multiples = (1...10).map { self.tempo(ofLag: 5 * $0) }
    #expect(multiples.contains(estimate))
    #expect((60...240).contains(estimate))
  }

  @Test func stillEnvelopesHaveNone() throws {
    var tempo = try Tempo(sampleRate: 22_050, hop: 512)
    for frames in [1, 2, 3, 130, 400] {
      #expect(tempo.estimate([Float](repeating: 0, count: frames)) == 0)
    }
    #expect(tempo.estimate([]) == 0)
  }

  /// Against the definition: the mean over frames of the local autocorrelations, each scaled to 1
  /// at lag 0, weighed by the prior.
  @Test(arguments: [1, 2, 5, 60, 131, 400])
  func estimateEqualsTheDefinition(_ frames: Int) throws {
    var generator = SeededGenerator(seed: UInt64(frames))
    let (rate, hop) = (4_000.0, 256)
    let length = Int(8 * rate) / hop
    var tempo = try Tempo(sampleRate: rate, hop: hop)
    let envelope = generator.floats(frames, in: 0...1)
    let estimate = tempo.estimate(envelope)

    let ramp = length / 2
    let (first, last) = (Double(envelope[0]), Double(envelope[frames - 1]))
    var padded = (0..<ramp).map { Double(Float(first * Double($0) / Double(ramp))) }
    padded += envelope.map(Double.init)
    padded += (0..<ramp).map { Double(Float(last * Double(ramp - 1 - $0) / Double(ramp))) }
    padded += [0]
    let window = hannWindow(length: length)
    var mean = [Double](repeating: 0, count: length)
    for frame in 0..<frames {
      let part = (0..<length).map { padded[frame + $0] * window[$0] }
      let energy = part.reduce(0) { $0 + $1 * $1 }
      guard energy > 0 else { continue }
      for lag in 0..<length {
        let product = (lag..<length).reduce(0.0) { $0 + part[$1] * part[$1 - lag] }
        mean[lag] += product / energy / Double(frames)
      }
    }
    let scores = (1..<length).map { lag -> Double in
      let bpm = 60 * rate / Double(hop * lag)
      guard bpm < 320 else { return -.infinity }
      return log1p(1e6 * mean[lag]) - 0.5 * pow(log2(bpm) - log2(120), 2)
    }
    let best = (scores.firstIndex(of: scores.max() ?? 0) ?? 0) + 1
    #expect(isClose(estimate, 60 * rate / Double(hop * best), relative: 1e-12))
  }

  @Test(arguments: Profile.allCases, [16, 20, 22, 27])
  func clickTrain(_ profile: Profile, _ lag: Int) throws {
    // A burst of noise of 300 samples every `lag` hops.
    let noise = SyntheticSignal.samples("noise", count: 300)
    let signal = (0..<132_300).map { index -> Float in
      let phase = index % (512 * lag)
      return phase < 300 ? 0.5 * noise[phase] : 0
    }
    let estimate = try features(of: signal, profile)["tempo"]
    #expect(isClose(estimate, tempo(ofLag: lag), relative: 1e-6))
  }

  @Test func refusesRatesWithoutFrames() {
    #expect(throws: SignalError.self) { try Tempo(sampleRate: 100, hop: 512).estimateNothing() }
  }
}

extension Tempo {
  /// Consumes the value: `#expect(throws:)` cannot hold one that cannot be copied.
  fileprivate consuming func estimateNothing() {}
}
