import SignalKit
import Testing

/// Rows of librosa's power_to_db(melspectrogram(y)), made by Tests/Reference/make_pinned.py.
@Suite struct PinnedMelTests {
  @Test(arguments: Profile.allCases)
  func decibelsAreThoseOfLibrosa(_ profile: Profile) throws {
    var parameters = MelParameters()
    parameters.spectrum = SpectrumParameters(padding: profile.padding)
    var mel = try MelSpectrogram(parameters)
    let table = try FixtureFiles.table("mel.librosa-\(profile.version).csv").dropFirst()
    #expect(table.count == 20)
    for row in table {
      let numbers = try row.dropFirst().map { try #require(Double($0)) }
      let (first, count, band) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
      let samples = SyntheticSignal.samples(row[0], first: first, count: count)
      let frames = mel.frames(samples: count)
      var picture = [Float](repeating: 0, count: 128 * frames)
      var span = picture.mutableSpan
      try mel.write(samples.span, to: &span)
      let values = Array(picture[band * frames..<(band + 1) * frames])
      let difference = firstDifference(
        values, numbers.dropFirst(3).map { Float($0) }, absolute: 1e-3)
      #expect(difference == nil, "\(row[0]), \(count) samples, band \(band)")
    }
  }
}
