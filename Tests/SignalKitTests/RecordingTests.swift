import Foundation
import SignalKit
import Testing

/// Real music, where it is at hand: some slices of each genre of GTZAN against librosa's table of
/// them. Tests/Reference/compare_features.py compares all.
@Suite struct RecordingTests {
  private static let numbers = ["00000", "00007"]
  private static let slices = [0, 4, 9]

  @Test(
    .enabled(
      if: FixtureFiles.recordings != nil
        && Profile.allCases.allSatisfy { FixtureFiles.reference($0) != nil },
      "needs GTZAN's recordings (LATHE_GTZAN or ../shared/data) and librosa's tables of them"),
    arguments: Profile.allCases)
  func featuresAreThoseOfLibrosa(_ profile: Profile) throws {
    let folder = try #require(FixtureFiles.recordings)
    let rows = try FixtureFiles.rows(of: #require(FixtureFiles.reference(profile)))
    let header = try #require(rows.first)
    #expect(Array(header.dropFirst(2).dropLast()) == FeatureVector.names)
    let table = try Dictionary(
      uniqueKeysWithValues: rows.dropFirst().map { row in
        (row[0], try row[2..<59].map { try #require(Double($0)) })
      })
    let deviations = (0..<57).map { column in
      Moments(table.values.map { $0[column] }).variance.squareRoot()
    }

    var extractor = try FeatureExtractor(profile: profile, sampleRate: 22_050)
    var compared = 0
    for genre in Set(rows.dropFirst().compactMap(\.last)).sorted() {
      for number in Self.numbers {
        let file = folder.appendingPathComponent("\(genre)/\(genre).\(number).wav")
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        let samples = try #require(try samplesOfWaveFile(file))
        for slice in Self.slices {
          let name = "\(genre).\(number).\(slice).wav"
          guard let expected = table[name] else { continue }
          let part = Array(samples[66_150 * slice..<66_150 * slice + 66_149])
          let values = try extractor.features(of: part.span).values
          for (column, label) in FeatureVector.names.enumerated() {
            let limit = label == "tempo" ? 1e-4 : 1e-4 * deviations[column]
            #expect(
              isClose(Double(values[column]), expected[column], absolute: limit),
              "\(name): \(label) is \(values[column]), librosa \(expected[column])")
          }
          compared += 1
        }
      }
    }
    #expect(compared > 0)
  }
}
