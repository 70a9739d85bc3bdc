import Testing

@testable import Corpus

/// Labels that are taken from another level of nested folders than the outermost.
@Suite struct FolderPatternTests {
  private let paths = [
    "2019/rock/band/album/01.wav", "2019/rock/band/album/02.wav", "2020/jazz/trio/live/01.wav",
    "2020/odd.wav",
  ]

  @Test func labelsArtistsAndAlbumsAreTakenFromTheirPlaces() throws {
    let (manifest, rejected) = Manifest.folders(
      name: "set", paths: paths, pattern: try FolderPattern("*/genre/artist/album/*"))
    #expect(manifest.labels == ["jazz", "rock"])
    #expect(manifest.tracks.map(\.label) == ["rock", "rock", "jazz"])
    #expect(manifest.tracks.map(\.artist) == ["band", "band", "trio"])
    // One album's name may be that of another artist's album.
    #expect(
      manifest.tracks.map(\.group) == [
        "2019/rock/band/album", "2019/rock/band/album", "2020/jazz/trio/live",
      ])
    #expect(rejected.map(\.path) == ["2020/odd.wav"])
    #expect("\(rejected[0])".contains("*/genre/artist/album/*"))
  }

  @Test(arguments: [
    ("genre/*", "rock/01.wav", "rock" as String?), ("genre/*", "rock/live/01.wav", nil),
    ("genre/**", "rock/01.wav", "rock"), ("genre/**", "rock/a/b/01.wav", "rock"),
    ("genre/**", "01.wav", nil), ("**/genre/*", "a/b/rock/01.wav", "rock"),
    ("**/genre/*", "rock/01.wav", "rock"), ("**/genre/*", "01.wav", nil),
    ("*/genre/**", "x/rock/01.wav", "rock"), ("*/label/*", "x/rock/01.wav", "rock"),
  ])
  func patternsFitOrDoNot(_ pattern: String, _ path: String, _ label: String?) throws {
    #expect(try FolderPattern(pattern).reading(of: path)?.label == label)
  }

  @Test(arguments: [
    "", "*", "genre", "*/genre", "genre/genre/*", "genre/artist/artist/*", "**/genre/**",
    "genre/x/*", "genre//*", "/genre/*",
  ])
  func otherPatternsAreRefused(_ pattern: String) {
    #expect(throws: ManifestError.self) { try FolderPattern(pattern) }
  }

  @Test func theOutermostFolderIsWhatIsUsual() {
    let usual = Manifest.folders(name: "set", paths: paths)
    let (manifest, rejected) = Manifest.folders(name: "set", paths: paths, pattern: .outermost)
    #expect(manifest == usual.manifest && rejected == usual.rejected)
  }
}
