import SignalKit
import Testing

/// What the extractor accepts and refuses, and that it keeps nothing from call to call.
@Suite struct FeatureExtractorTests {
  @Test(arguments: Profile.allCases, [1, 2, 3, 100, 511, 512, 1_024, 1_535, 2_047, 2_048, 2_049])
  func shortSignalsAreFinite(_ profile: Profile, _ count: Int) throws {
    for name in ["noise", "square", "chord"] {
      let vector = try features(of: SyntheticSignal.samples(name, first: 9, count: count), profile)
      #expect(vector.values.count == 57)
      #expect(vector.values.allSatisfy { $0.isFinite })
      for (column, value) in zip(FeatureVector.names, vector.values)
      where column.hasSuffix("_var") { #expect(value >= 0) }
    }
  }

  @Test(arguments: Profile.allCases)
  func repeatsItselfExactly(_ profile: Profile) throws {
    let signals = [
      SyntheticSignal.samples("bursts", count: 40_000),
      SyntheticSignal.samples("noise", count: 700),
      SyntheticSignal.samples("mixed", count: 90_000), [Float](repeating: 0, count: 5_000),
      SyntheticSignal.samples("quiet", count: 20_000),
    ]
    let fresh = try signals.map { try features(of: $0, profile) }
    var extractor = try FeatureExtractor(profile: profile, sampleRate: 22_050)
    for (index, signal) in (signals + signals.reversed()).enumerated() {
      let expected = fresh[index < 5 ? index : 9 - index]
      #expect(try extractor.features(of: signal.span) == expected)
    }
  }

  @Test func signalIsLeftAlone() throws {
    let signal = SyntheticSignal.samples("noise", count: 5_000)
    let copy = signal.map { $0 }
    _ = try features(of: signal, .librosa08)
    #expect(signal == copy)
  }

  @Test(arguments: [1_000.0, 8_000, 16_000, 44_100, 48_000, 192_000, 384_000])
  func otherSampleRates(_ rate: Double) throws {
    let signal = SyntheticSignal.samples("mixed", count: 20_000)
    for profile in Profile.allCases {
      var extractor = try FeatureExtractor(profile: profile, sampleRate: rate)
      #expect(extractor.profile == profile)
      let vector = try extractor.features(of: signal.span)
      #expect(vector.values.allSatisfy { $0.isFinite })
      // Frequencies scale with the rate; what counts samples does not know it.
      let usual = try features(of: signal, profile)
      #expect(
        isClose(
          vector["spectral_centroid_mean"], usual["spectral_centroid_mean"] * rate / 22_050,
          relative: 1e-6))
      for name in ["rms_mean", "zero_crossing_rate_mean", "harmony_var", "perceptr_var"] {
        #expect(vector[name] == usual[name])
      }
    }
  }

  @Test(arguments: [0.0, -22_050, 999, 384_001, .nan, .infinity])
  func refusesSampleRate(_ rate: Double) {
    do {
      _ = try FeatureExtractor(profile: .librosa08, sampleRate: rate)
      Issue.record("took \(rate) Hz")
    } catch {
      #expect(error.subject.contains("\(rate)"))
      #expect(error.description.contains("1,000 to 384,000 Hz"))
    }
  }

  @Test func refusesEmptySignal() throws {
    var extractor = try FeatureExtractor(profile: .librosa10, sampleRate: 22_050)
    do {
      _ = try extractor.features(of: [Float]().span)
      Issue.record("took an empty signal")
    } catch {
      #expect(error.description == "signal: is empty; give at least one sample")
    }
    // And it works on afterwards.
    #expect(try extractor.features(of: [Float](repeating: 0, count: 9).span).values.count == 57)
  }

  @Test func profilesNameTheirPadding() {
    #expect(Profile(rawValue: "librosa-0.8")?.padding == .reflect)
    #expect(Profile(rawValue: "librosa-1.0")?.padding == .zero)
    #expect(Profile(rawValue: "librosa-0.9") == nil)
  }
}
