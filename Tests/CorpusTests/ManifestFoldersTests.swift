import Corpus
import Testing

@Suite struct ManifestFoldersTests {
  @Test func oneFolderALabel() {
    let (manifest, rejected) = Manifest.folders(
      name: "small",
      paths: ["rock/rock.00001.wav", "blues/blues.00000.wav", "blues/live/x.flac", "rock/ä.mp3"])
    #expect(rejected.isEmpty)
    #expect(manifest.name == "small")
    #expect(manifest.labels == ["blues", "rock"])
    #expect(manifest.tracks.map(\.id) == ["blues.00000", "rock.00001", "x", "ä"])
    #expect(manifest.tracks.map(\.label) == ["blues", "rock", "blues", "rock"])
    #expect(manifest.tracks[2].path == "blues/live/x.flac")
    #expect(manifest.tracks.allSatisfy { $0.md5 == nil && $0.group == nil })
  }

  @Test func aNameInTwoPlacesTakesItsPath() {
    let (manifest, rejected) = Manifest.folders(
      name: "n", paths: ["rock/01.wav", "jazz/01.wav", "jazz/02.wav", "jazz/live/01.wav"])
    #expect(rejected.isEmpty)
    #expect(manifest.tracks.map(\.id) == ["02", "jazz/01", "jazz/live/01", "rock/01"])
  }

  @Test func filesThatStillCollideAreRejectedByName() {
    let (manifest, rejected) = Manifest.folders(
      name: "n", paths: ["rock/01.wav", "rock/01.au", "jazz/01.wav", "rock/02.wav", "rock/02.WAV"])
    #expect(manifest.tracks.map(\.path) == ["rock/02.WAV", "jazz/01.wav", "rock/01.au"])
    #expect(manifest.tracks.map(\.id) == ["02", "jazz/01", "rock/01"])
    #expect(
      rejected == [
        Rejection(path: "rock/01.wav", reason: .duplicateID(id: "rock/01", kept: "rock/01.au")),
        Rejection(path: "rock/02.wav", reason: .duplicateID(id: "02", kept: "rock/02.WAV")),
      ])
    #expect(rejected[0].code == "duplicate-id")
    #expect(rejected[0].description.contains("rock/01.au"))
  }

  @Test func unusablePathsAreRejected() {
    let long = String(repeating: "x", count: 512)
    let paths = [
      "loose.wav", "../a/b.wav", "/a/b.wav", "a//b.wav", "a/b\u{1B}[31m.wav", "a/\(long).wav",
    ]
    let (manifest, rejected) = Manifest.folders(name: "n", paths: paths + ["a/good.wav"])
    #expect(manifest.tracks.map(\.path) == ["a/good.wav"])
    #expect(Set(rejected.map(\.path)) == Set(paths))
    #expect(rejected.first { $0.path == "loose.wav" }?.reason == .noLabel)
    #expect(rejected.filter { $0.code == "bad-path" }.count == 5)
    #expect(rejected.allSatisfy { !$0.description.unicodeScalars.contains("\u{1B}") })
  }

  /// Names that look alike but differ in composition are two files with one id, never one lost.
  @Test func composedAndDecomposedNamesCollide() {
    let (manifest, rejected) = Manifest.folders(
      name: "n", paths: ["a/\u{E9}.wav", "a/e\u{301}.wav"])
    #expect(manifest.tracks.count == 1)
    #expect(rejected.map(\.code) == ["duplicate-id"])
  }

  @Test func orderAndRepetitionOfPathsDoNotMatter() {
    var random = CounterGenerator(seed: 3)
    let paths = (0..<60).flatMap { ["a/\($0).wav", "b/\($0 % 40).wav", "c/\($0).au"] }
    let expected = Manifest.folders(name: "n", paths: paths)
    for _ in 0..<10 {
      let shuffled = Manifest.folders(name: "n", paths: random.shuffled(paths))
      #expect(shuffled.manifest.canonicalJSON() == expected.manifest.canonicalJSON())
      #expect(shuffled.rejected == expected.rejected)
    }
  }

  @Test func theManifestOfFoldersReadsBack() throws {
    let made = Manifest.folders(name: "n", paths: ["a/1.wav", "b/1.wav", "b/2.wav"]).manifest
    #expect(try Manifest.decode(made.canonicalJSON()) == made)
    #expect(Manifest.folders(name: "none", paths: []).manifest.tracks.isEmpty)
  }
}
