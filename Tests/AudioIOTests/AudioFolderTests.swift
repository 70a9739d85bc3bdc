import AudioIO
import FoundationEssentials
import Glibc
import Testing

@Suite struct AudioFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.at(name), withDestinationPath: target)
  }

  @Test func audioIsListedInByteOrder() throws {
    for name in [
      "rock/b.WAV", "rock/a.wav", "blues/live/c.flac", "blues/ä.mp3", "Z.au", "blues/.hidden.wav",
      ".git/x.wav", "__MACOSX/blues/y.wav", "blues/notes.txt", "blues/wav", "a/b/c/d/e.Opus",
    ] {
      try folder.write([1], name)
    }
    let listing = try AudioFolder.list(folder.path)
    #expect(
      listing.audio == [
        "Z.au", "a/b/c/d/e.Opus", "blues/live/c.flac", "blues/ä.mp3", "rock/a.wav", "rock/b.WAV",
      ])
    #expect(listing.otherFiles == 2)
    #expect(listing.problems.isEmpty)
  }

  @Test func aFolderWithoutAudioIsEmpty() throws {
    try folder.write([1], "readme.txt")
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio.isEmpty)
    #expect(listing.otherFiles == 1)
  }

  @Test func rootsThatAreNoFolders() throws {
    let file = try folder.write([1], "a.wav")
    #expect(#expect(throws: AudioError.self) { try AudioFolder.list(file) }?.kind == .notAFolder)
    let missing = #expect(throws: AudioError.self) { try AudioFolder.list(folder.at("none")) }
    #expect(missing?.kind == .unreadable(errno: 2))
    #expect(throws: AudioError.self) { try AudioFolder.list("") }
    #expect(throws: AudioError.self) { try AudioFolder.list("/tmp\u{0}") }
  }

  @Test func linksStayInsideAndLoopsEnd() throws {
    let outside = try TemporaryFolder()
    try outside.write([1], "secret.wav")
    try folder.write([1], "blues/a.wav")
    try folder.write([1], "rock/b.wav")
    try link("blues/up", to: "..")
    try link("blues/self", to: ".")
    try link("rock/again.wav", to: "b.wav")
    try link("rock/stolen.wav", to: outside.at("secret.wav"))
    try link("rock/folder", to: outside.path)
    try link("rock/broken.wav", to: "nowhere.wav")
    try link("rock/circle.wav", to: "circle.wav")
    try link("also-blues", to: "blues")
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio == ["blues/a.wav", "rock/again.wav", "rock/b.wav"])
    let codes = Dictionary(
      uniqueKeysWithValues: listing.problems.map { ($0.path, $0.error.code) })
    #expect(
      codes == [
        "also-blues": "symlink-loop", "blues/self": "symlink-loop", "blues/up": "symlink-loop",
        "rock/broken.wav": "unreadable", "rock/circle.wav": "symlink-loop",
        "rock/folder": "outside-folder", "rock/stolen.wav": "outside-folder",
      ])
  }

  @Test func aRootThatIsALinkIsFollowed() throws {
    try folder.write([1], "real/blues/a.wav")
    try link("alias", to: "real")
    #expect(try AudioFolder.list(folder.at("alias")).audio == ["blues/a.wav"])
    #expect(try AudioFolder.list(folder.at("real/")).audio == ["blues/a.wav"])
  }

  /// Links in all directions must not multiply the work.
  @Test func manyLinksAreReadOnce() throws {
    for index in 0..<12 {
      try folder.write([1], "f\(index)/t\(index).wav")
    }
    for from in 0..<12 {
      for to in 0..<12 { try link("f\(from)/l\(to)", to: "../f\(to)") }
    }
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio.count == 12)
    #expect(listing.problems.count == 144)
  }

  @Test func namesThatAreNotUTF8AreProblems() throws {
    try folder.write([1], "a.wav")
    // No String can hold this name, so the system is called with its bytes.
    let name: [CChar] = Array(folder.path.utf8CString.dropLast()) + [47, -1, 46, 119, 97, 118, 0]
    let descriptor = creat(name, 0o644)
    try #require(descriptor >= 0)
    close(descriptor)
    let listing = try AudioFolder.list(folder.path)
    #expect(listing.audio == ["a.wav"])
    #expect(listing.problems.map(\.error.kind) == [.badName])
  }

  @Test func foldersThatMayNotBeReadAreProblems() throws {
    try folder.write([1], "open/a.wav")
    try folder.write([1], "shut/b.wav")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.at("shut"))
    defer {
      // Otherwise the folder could not be removed.
      try? FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: folder.at("shut"))
    }
    let listing = try AudioFolder.list(folder.path)
    // The superuser reads everything.
    if (try? FileManager.default.contentsOfDirectory(atPath: folder.at("shut"))) == nil {
      #expect(listing.audio == ["open/a.wav"])
      #expect(listing.problems.map(\.path) == ["shut"])
      #expect(listing.problems.first?.error.kind == .unreadable(errno: 13))
    } else {
      #expect(listing.audio == ["open/a.wav", "shut/b.wav"])
    }
  }
}
