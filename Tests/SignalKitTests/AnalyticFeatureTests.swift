import Foundation
import Testing

@testable import SignalKit

/// Signals whose features can be worked out on paper, for both profiles.
@Suite(.serialized) struct AnalyticFeatureTests {
  private let resolution = 22_050.0 / 2_048

  private func sine(_ frequency: Double, amplitude: Double = 0.5, count: Int = 66_149) -> [Float] {
    (0..<count).map { Float(amplitude * sin(2 * Double.pi * frequency * Double($0) / 22_050)) }
  }

  @Test(arguments: Profile.allCases, [1, 2, 100, 1_024, 2_047, 2_048, 66_149])
  func silence(_ profile: Profile, _ count: Int) throws {
    let vector = try features(of: [Float](repeating: 0, count: count), profile)
    for (name, value) in zip(FeatureVector.names, vector.values) {
      // −100 dB in all 128 bands: the first coefficient is −100 × √128, the others are none.
      let expected = name == "mfcc1_mean" ? -100 * 128.0.squareRoot() : 0
      // A sum of 128 equal floats in float.
      #expect(isClose(Double(value), expected, absolute: 2e-4, relative: 2e-6), "\(name)")
    }
    #expect(vector["tempo"] == 0)
    #expect(vector["spectral_centroid_mean"] == 0 && vector["rolloff_mean"] == 0)
    #expect(vector["chroma_stft_mean"] == 0 && vector["harmony_var"] == 0)
  }

  @Test(arguments: Profile.allCases)
  func click(_ profile: Profile) throws {
    let count = 66_149
    var signal = [Float](repeating: 0, count: count)
    signal[64 * 512] = 1
    let vector = try features(of: signal, profile)
    // Frames 63, 64 and 65 of 130 see it; at the first sample of frame 66 the window is zero. Their
    // spectra are flat over 1,025 bins.
    let share = 3.0 / 130
    #expect(isClose(vector["spectral_centroid_mean"], 512 * resolution * share, relative: 1e-6))
    let spread = ((1_025.0 * 1_025 - 1) / 12).squareRoot() * resolution
    #expect(isClose(vector["spectral_bandwidth_mean"], spread * share, relative: 1e-6))
    #expect(isClose(vector["rolloff_mean"], 871 * resolution * share, relative: 1e-6))
    // Four frames hold it in their level: √(1 / 2,048) each.
    #expect(isClose(vector["rms_mean"], (1 / 2_048.0).squareRoot() * 4 / 130, relative: 1e-6))
    #expect(vector["zero_crossing_rate_mean"] == 0)
    // Three frames in thirty-one leave nothing to the median along time: all is percussive.
    #expect(vector["harmony_mean"] == 0 && vector["harmony_var"] == 0)
    #expect(isClose(vector["perceptr_mean"], 1 / Double(count), relative: 1e-5))
    #expect(isClose(vector["perceptr_var"], 1 / Double(count), relative: 1e-4))
  }

  @Test(arguments: Profile.allCases, [440.0, 1_000, 3_000])
  func sineTone(_ profile: Profile, _ frequency: Double) throws {
    let vector = try features(of: sine(frequency), profile)
    // The ends, cut or mirrored, smear a few of the 130 frames.
    #expect(isClose(vector["spectral_centroid_mean"], frequency, relative: 0.06))
    #expect(isClose(vector["rolloff_mean"], frequency, absolute: 10 * resolution))
    #expect(isClose(vector["zero_crossing_rate_mean"], 2 * frequency / 22_050, relative: 0.02))
    #expect(isClose(vector["rms_mean"], 0.5 * 0.5.squareRoot(), relative: 0.02))
    // Nothing but harmony.
    #expect(isClose(vector["harmony_var"], 0.125, relative: 0.02))
    #expect(vector["perceptr_var"] < 0.002)
    #expect(isClose(vector["harmony_mean"], 0, absolute: 1e-3))
  }

  @Test func constantSignalReflectedIsConstant() throws {
    let vector = try features(of: [Float](repeating: 0.25, count: 66_149), .librosa08)
    #expect(isClose(vector["rms_mean"], 0.25, relative: 1e-7))
    #expect(vector["rms_var"] < 1e-14)
    // The window's spectrum: 1 at bin 0 and ½ at bin 1, in every frame.
    #expect(isClose(vector["spectral_centroid_mean"], resolution / 3, relative: 1e-6))
    let spread = (1.0 / 3 - 1.0 / 9).squareRoot() * resolution
    #expect(isClose(vector["spectral_bandwidth_mean"], spread, relative: 1e-6))
    #expect(isClose(vector["rolloff_mean"], resolution, relative: 1e-6))
    #expect(vector["spectral_centroid_var"] < 1e-9 && vector["rolloff_var"] == 0)
    #expect(vector["zero_crossing_rate_mean"] == 0)
    #expect(vector["tempo"] == 0)
  }

  @Test func constantSignalPaddedWithZerosFadesAtTheEnds() throws {
    let vector = try features(of: [Float](repeating: 0.25, count: 66_048), .librosa10)
    // Of 130 frames the first two and the last two lack a half and a quarter of their samples.
    let lacking = 2 * (0.5.squareRoot() + 0.75.squareRoot())
    #expect(isClose(vector["rms_mean"], 0.25 * (126 + lacking) / 130, relative: 1e-6))
    #expect(vector["zero_crossing_rate_mean"] == 0)
  }

  @Test(arguments: Profile.allCases)
  func alternatingSignalCrossesEverySample(_ profile: Profile) throws {
    let signal = (0..<66_048).map { Float($0 % 2 == 0 ? 0.5 : -0.5) }
    let vector = try features(of: signal, profile)
    // A frame of 2,048 samples has 2,047 changes. The end samples are held beyond the ends, so that
    // the first two frames and the last two have 1,024 and 1,536 samples to change in: 1,023 and
    // 1,535 changes before the first, whose lead-in is constant, 1,024 and 1,536 with the last.
    let inside = 126 * 2_047
    let ends = 1_023 + 1_535 + 1_535 + 1_023
    #expect(
      isClose(
        vector["zero_crossing_rate_mean"], Double(inside + ends) / 130 / 2_048, relative: 1e-6))
    #expect(isClose(vector["spectral_centroid_mean"], 11_025, relative: 0.02))
  }

  @Test(arguments: Profile.allCases)
  func twiceAsLoud(_ profile: Profile) throws {
    let signal = SyntheticSignal.samples("mixed", count: 66_149)
    let once = try features(of: signal, profile)
    let twice = try features(of: signal.map { 2 * $0 }, profile)
    for name in FeatureVector.names {
      let expected =
        switch name {
        case "rms_mean", "harmony_mean", "perceptr_mean": 2 * once[name]
        case "rms_var", "harmony_var", "perceptr_var": 4 * once[name]
        // Four times the power is 6.02 dB more in every band.
        case "mfcc1_mean": once[name] + 10 * log10(4) * 128.0.squareRoot()
        default: once[name]
        }
      let absolute = name.hasPrefix("mfcc") ? 2e-3 : 1e-9
      #expect(isClose(twice[name], expected, absolute: absolute, relative: 1e-5), "\(name)")
    }
  }

  @Test(arguments: Profile.allCases)
  func upsideDown(_ profile: Profile) throws {
    let signal = SyntheticSignal.samples("chord", count: 30_000)
    let once = try features(of: signal, profile)
    let turned = try features(of: signal.map { -$0 }, profile)
    for name in FeatureVector.names {
      let expected = name == "harmony_mean" || name == "perceptr_mean" ? -once[name] : once[name]
      #expect(isClose(turned[name], expected, relative: 1e-6), "\(name)")
    }
  }
}
