import AudioIO
import Corpus
import Foundation
import Preparation
import Testing

/// GTZAN's own manifest on real clips, where they are at hand.
@Suite struct RealManifestTests {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let clips: String? = {
    let named = ProcessInfo.processInfo.environment["LATHE_GTZAN"]
    let path =
      named
      ?? package.deletingLastPathComponent()
      .appending(path: "shared/data/gtzan-mini/genres_original").path(percentEncoded: false)
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  private static func gtzan() throws -> Manifest {
    try Manifest.decode(
      try Data(contentsOf: package.appending(path: "Manifests/datasets/gtzan.json")))
  }

  @Test(.enabled(if: clips != nil, "no GTZAN clips: set LATHE_GTZAN to a folder of them"))
  func theClipsAreThePublishedOnes() throws {
    let clips = try #require(Self.clips)
    let report = try ManifestCheck(try Self.gtzan(), roots: AudioRoots(clips)).run()
    #expect(report.changed.isEmpty && report.unlisted.isEmpty && report.odd.isEmpty)
    #expect(report.present > 0 && report.present + report.absent.count == 1_000)
    // In the widely copied release one file cannot be read.
    #expect(report.undecodable.allSatisfy { $0.id == "jazz.00054" })
  }

  @Test(.enabled(if: clips != nil, "no GTZAN clips: set LATHE_GTZAN to a folder of them"))
  func theBrokenFileIsNamed() throws {
    let faulty = URL(fileURLWithPath: try #require(Self.clips)).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "gtzan-faulty/jazz.00054.wav")
    guard let bytes = try? Data(contentsOf: faulty) else { return }
    let folder = try MusicFolder()
    try folder.write(bytes, "jazz/jazz.00054.wav")
    let report = try ManifestCheck(try Self.gtzan(), roots: AudioRoots(folder.audio)).run()
    #expect(report.undecodable.map(\.id) == ["jazz.00054"])
    #expect(report.undecodable.first?.code == "not-audio")
    #expect(report.changed.first?.detail.contains("320218e302b1807c70cb7f6d660409f4") == true)
  }
}
