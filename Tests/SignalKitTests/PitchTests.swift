import CKernels
import Foundation
import Testing

@testable import SignalKit

/// Tuning and pitch classes of sines whose pitch is known.
@Suite struct PitchTests {
  private func sine(_ frequency: Double, amplitude: Double = 0.5, count: Int = 22_050) -> [Float] {
    (0..<count).map { Float(amplitude * sin(2 * Double.pi * frequency * Double($0) / 22_050)) }
  }

  /// Calls `body` with the blocks of magnitudes of `signal` and how many frames of each count.
  private func withBlocks(
    of signal: [Float], _ body: (UnsafePointer<Float>, Int) -> Void
  ) throws {
    var spectra = try SpectrumStore(padding: .zero)
    let frames = spectra.geometry.count(samples: signal.count)
    let groups = (frames + 15) / 16
    spectra.reserve(groups: groups)
    for group in 0..<groups {
      signal.withUnsafeBufferPointer { spectra.analyse(group: group, frames: frames, of: $0) }
      body(spectra.block(group), min(16, frames - group * 16))
    }
  }

  private func hundredth(of signal: [Float], _ profile: Profile) throws -> Int {
    var tuning = Tuning(profile: profile, sampleRate: 22_050)
    tuning.begin(frames: 1 + signal.count / 512)
    try withBlocks(of: signal) { tuning.add(block: $0, count: $1) }
    return tuning.hundredth()
  }

  @Test(arguments: Profile.allCases, [-0.4, -0.25, -0.1, 0, 0.1, 0.3, 0.45])
  func tuningOfADetunedSine(_ profile: Profile, _ semitones: Double) throws {
    // Between 1 and 3 kHz a hundredth of a semitone is a twelfth to a sixth of a bin.
    for note in [1_760.0, 2_793.826] {
      let slot = try hundredth(of: sine(note * pow(2, semitones / 12)), profile)
      // The parabola on power misses the peak by up to a fiftieth of a bin.
      #expect(abs(Tuning.edge(slot) - semitones) <= 0.021, "\(note) Hz: \(Tuning.edge(slot))")
    }
  }

  @Test(arguments: Profile.allCases)
  func tuningWithoutPeaksIsNone(_ profile: Profile) throws {
    #expect(Tuning.edge(50) == 0)
    #expect(try hundredth(of: [Float](repeating: 0, count: 22_050), profile) == 50)
    // Below 150 Hz and above 4,000 Hz nothing is looked for.
    #expect(try hundredth(of: sine(60), profile) == 50)
    #expect(try hundredth(of: sine(5_100), profile) == 50)
  }

  @Test func strongestClassIsThePitchPlayed() throws {
    let bank = chromaFilterBank(sampleRate: 22_050, transformLength: 2_048, tuning: 0)
    // C4 ... B4 and A5, A6: classes 0 ... 11, and 9 in every octave.
    let notes = (0..<12).map { (440 * pow(2, Double($0 - 9) / 12), $0) } + [(880, 9), (1_760, 9)]
    for (frequency, pitch) in notes {
      try withBlocks(of: sine(frequency, count: 8_192)) { block, count in
        var chroma = [Float](repeating: 0, count: 12 * 16)
        lathe_chroma(block, 1, SpectrumStore.bins, bank, 12, &chroma)
        for frame in 0..<count where count == 16 && frame > 2 {
          let classes = (0..<12).map { chroma[$0 * 16 + frame] }
          #expect(classes.firstIndex(of: classes.max() ?? 0) == pitch, "\(frequency) Hz")
        }
      }
    }
  }

  @Test func chromaBankHasPositiveWeightsAndFollowsTheTuning() {
    let bank = chromaFilterBank(sampleRate: 22_050, transformLength: 2_048, tuning: 0)
    #expect(bank.count == 1_025 * 12)
    #expect(bank.allSatisfy { $0 >= 0 && $0 <= 1 })
    // A tuning a whole semitone up is the bank turned by one class, but for the octave damping.
    let turned = chromaFilterBank(sampleRate: 22_050, transformLength: 2_048, tuning: 1)
    for bin in 40..<1_025 {
      let own = Array(bank[bin * 12..<(bin + 1) * 12])
      let other = Array(turned[bin * 12..<(bin + 1) * 12])
      let ownClass = own.firstIndex(of: own.max() ?? 0) ?? 0
      let otherClass = other.firstIndex(of: other.max() ?? 0) ?? 0
      #expect((ownClass + 11) % 12 == otherClass)
    }
  }

  /// Where all weight lies in one frame, the largest class is one and the rest are the bank's ratios.
  @Test func classesAreScaledToTheLargest() throws {
    var spectra = try SpectrumStore(padding: .zero)
    spectra.reserve(groups: 1)
    let silent = [Float](repeating: 0, count: 1)
    silent.withUnsafeBufferPointer { spectra.analyse(group: 0, frames: 1, of: $0) }
    let bin = 82
    spectra.block(0)[bin * 16] = 3
    var chroma = Chroma(sampleRate: 22_050)
    let moments = chroma.moments(hundredth: 50, frames: 1, in: spectra)
    let bank = chromaFilterBank(sampleRate: 22_050, transformLength: 2_048, tuning: 0)
    let weights = bank[bin * 12..<(bin + 1) * 12].map(Double.init)
    let expected = Moments(weights.map { $0 / (weights.max() ?? 1) })
    #expect(isClose(moments.mean, expected.mean, relative: 1e-6))
    #expect(isClose(moments.variance, expected.variance, relative: 1e-6))
  }
}
