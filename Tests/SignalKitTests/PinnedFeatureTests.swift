import SignalKit
import Testing

/// Values of librosa itself, made by Tests/Reference/make_pinned.py, which says with which
/// versions.
@Suite struct PinnedFeatureTests {
  @Test(arguments: Profile.allCases)
  func featuresAreThoseOfLibrosa(_ profile: Profile) throws {
    let table = try FixtureFiles.table("features.librosa-\(profile.version).csv")
    let header = try #require(table.first)
    #expect(Array(header.dropFirst(3)) == FeatureVector.names)
    #expect(table.count == 21)
    // One extractor for all, so that what one signal leaves behind would show in the next.
    var extractor = try FeatureExtractor(profile: profile, sampleRate: SyntheticSignal.sampleRate)
    for row in table.dropFirst() {
      let first = try #require(Int(row[1]))
      let count = try #require(Int(row[2]))
      let samples = SyntheticSignal.samples(row[0], first: first, count: count)
      let values = try extractor.features(of: samples.span).values
      for (index, name) in FeatureVector.names.enumerated() {
        let expected = try #require(Double(row[index + 3]))
        let value = Double(values[index])
        // Cepstral coefficients are sums of 128 decibels that may cancel; librosa sums them in
        // float.
        let absolute = name.hasPrefix("mfcc") ? 1e-4 : 1e-8
        #expect(
          isClose(value, expected, absolute: absolute, relative: 2e-5),
          "\(row[0]) from \(first), \(count) samples: \(name) is \(value), librosa \(expected)")
      }
    }
  }

  /// The names and their order are what readers of the public tables rely on.
  @Test func columnsAreThoseOfThePublicTables() {
    let names = FeatureVector.names
    #expect(names.count == 57)
    #expect(Set(names).count == 57)
    #expect(names.prefix(2) == ["chroma_stft_mean", "chroma_stft_var"])
    #expect(names[8...9] == ["rolloff_mean", "rolloff_var"])
    #expect(
      names[12...16] == ["harmony_mean", "harmony_var", "perceptr_mean", "perceptr_var", "tempo"])
    #expect(names.suffix(2) == ["mfcc20_mean", "mfcc20_var"])
  }
}
