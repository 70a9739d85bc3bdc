import Corpus
import Testing

@Suite struct ManifestOverlayTests {
  static let md5 = "0123456789abcdef0123456789abcdef"

  static func manifest() throws -> Manifest {
    try Manifest(
      name: "named", licence: "none", labels: ["blues", "jazz", "rock"],
      tracks: [
        Track(id: "b0", path: "blues/01.wav", label: "blues", md5: md5, group: "g"),
        Track(id: "j0", path: "jazz/01.wav", label: "jazz", md5: md5),
        Track(id: "r0", path: "rock/01.wav", label: "rock", md5: md5),
      ])
  }

  @Test func factsAreLaidOverTheFilesFound() throws {
    let (manifest, absent, unlisted) = try Self.manifest().overlay(
      on: ["rock/02.wav", "jazz/01.wav", "blues/01.wav"])
    #expect(manifest.tracks.map(\.id) == ["b0", "j0"])
    #expect(manifest.tracks[0].group == "g")
    #expect(manifest.tracks[0].md5 == Self.md5)
    #expect(manifest.labels == ["blues", "jazz", "rock"], "class numbers must stay")
    #expect(manifest.licence == "none")
    #expect(absent.map(\.id) == ["r0"])
    #expect(unlisted == ["rock/02.wav"])
  }

  @Test func movedAndConvertedFilesAreRecognised() throws {
    let (manifest, absent, unlisted) = try Self.manifest().overlay(
      on: ["genres/blues/01.wav", "jazz/01.au", "jazz/01.flac"])
    #expect(manifest.tracks.map(\.path) == ["genres/blues/01.wav", "jazz/01.au"])
    #expect(manifest.tracks.map(\.md5) == [Self.md5, nil], "another container has other bytes")
    #expect(absent.map(\.id) == ["r0"])
    #expect(unlisted == ["jazz/01.flac"])
  }

  /// A name alone must never give a file the label of another folder.
  @Test func aNameInAnotherFolderIsNotTaken() throws {
    let (manifest, absent, unlisted) = try Self.manifest().overlay(on: ["metal/01.wav", "01.wav"])
    #expect(manifest.tracks.isEmpty)
    #expect(absent.count == 3)
    #expect(unlisted == ["01.wav", "metal/01.wav"])
  }

  @Test func exactPathsWinOverMovedOnes() throws {
    let (manifest, _, unlisted) = try Self.manifest().overlay(
      on: ["a/blues/01.wav", "blues/01.wav", "jazz/01.aiff", "jazz/01.wav"])
    #expect(manifest.tracks.map(\.path) == ["blues/01.wav", "jazz/01.wav"])
    #expect(unlisted == ["a/blues/01.wav", "jazz/01.aiff"])
  }
}
