import Foundation

@testable import SignalKit

/// Where fixtures and, on machines that have them, real recordings lie.
enum FixtureFiles {
  private static let tests = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let data = tests.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data")

  /// The rows of one of librosa's tables of pinned values, split at commas, without comments and
  /// blank lines.
  static func table(_ name: String) throws -> [[String]] {
    try rows(of: tests.appendingPathComponent("Reference/pinned/\(name)"))
  }

  /// One folder a genre of GTZAN's recordings: `LATHE_GTZAN`, or beside the package.
  static var recordings: URL? {
    let named = ProcessInfo.processInfo.environment["LATHE_GTZAN"].map { URL(fileURLWithPath: $0) }
    return existing(named ?? data.appendingPathComponent("gtzan-mini/genres_original"))
  }

  /// librosa's features of every 3 s slice of those recordings.
  static func reference(_ profile: Profile) -> URL? {
    existing(
      data.appendingPathComponent(
        "reference/gtzan-mini.features_3_sec.librosa-\(profile.version).csv"))
  }

  /// The rows of a CSV file of plain values.
  static func rows(of file: URL) throws -> [[String]] {
    try String(contentsOf: file, encoding: .utf8)
      .split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private static func existing(_ url: URL) -> URL? {
    FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}

extension Profile {
  /// The release that the fixtures of this profile were made with.
  var version: String {
    switch self {
    case .librosa08: "0.8.1"
    case .librosa10: "1.0.0"
    }
  }
}

/// The features of `samples` at 22,050 Hz, by a new extractor.
func features(of samples: [Float], _ profile: Profile) throws -> FeatureVector {
  var extractor = try FeatureExtractor(profile: profile, sampleRate: 22_050)
  return try extractor.features(of: samples.span)
}

extension FeatureVector {
  /// The value of the column `name`, which must exist.
  subscript(_ name: String) -> Double {
    guard let index = Self.names.firstIndex(of: name) else { return .nan }
    return Double(values[index])
  }
}
